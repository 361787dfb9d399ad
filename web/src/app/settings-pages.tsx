import { useLocation, useRouter } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { NoAccess } from '@/components/no-access';
import { lazyComponent } from '@/components/lazy';
import { SETTINGS_TABS, tabsFor, SettingsFrame } from '@/features/settings/settings-frame';
import { useCurrentUser } from '@/hooks/use-current-user';
import { useTitle } from '@/hooks/use-title';
import { NotFound } from './not-found';

const PAGES = {
  people: lazyComponent(() => import('@/features/settings/people/people-page')),
  roles: lazyComponent(() => import('@/features/settings/roles/roles-page')),
  keys: lazyComponent(() => import('@/features/settings/keys/keys-page')),
  sessions: lazyComponent(() => import('@/features/settings/sessions/sessions-page')),
  limits: lazyComponent(() => import('@/features/settings/limits/limits-page')),
  trash: lazyComponent(() => import('@/features/settings/trash/trash-page')),
  notifications: lazyComponent(() => import('@/features/settings/notifications/notifications-page')),
  storage: lazyComponent(() => import('@/features/settings/storage/storage-page')),
};

/** The start of the settings: the first tab that the user may see. */
export function SettingsStart() {
  const { history } = useRouter();
  const [first] = tabsFor(useCurrentUser());
  useEffect(() => {
    if (first) history.replace(`/settings/${first.id}`);
  }, [first, history]);
  return null;
}

export function SettingsPage() {
  useTitle('Settings');
  const id = useLocation().pathname.split('/')[2];
  const me = useCurrentUser();
  const tab = SETTINGS_TABS.find((each) => each.id === id);
  if (!tab) return <NotFound />;
  if (!tabsFor(me).includes(tab)) return <NoAccess />;
  const Page = PAGES[tab.id];
  return (
    <SettingsFrame tab={tab} tabs={tabsFor(me)}>
      <Suspense fallback={<div aria-busy="true" className="h-96" />}>
        <Page />
      </Suspense>
    </SettingsFrame>
  );
}
