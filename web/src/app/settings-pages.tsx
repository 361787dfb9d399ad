import { useLocation, useRouter } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { NoAccess } from '@/components/no-access';
import { part } from '@/components/lazy';
import { PARTS, partsFor, SettingsFrame } from '@/features/settings/settings-frame';
import { useMe } from '@/hooks/use-current-user';
import { useTitle } from '@/hooks/use-title';
import { NotFound } from './not-found';

const PAGES = {
  people: part(() => import('@/features/settings/people/people-page')),
  roles: part(() => import('@/features/settings/roles/roles-page')),
  keys: part(() => import('@/features/settings/keys/keys-page')),
  sessions: part(() => import('@/features/settings/sessions/sessions-page')),
  limits: part(() => import('@/features/settings/limits/limits-page')),
  trash: part(() => import('@/features/settings/trash/trash-page')),
  notifications: part(() => import('@/features/settings/notifications/notifications-page')),
  storage: part(() => import('@/features/settings/storage/storage-page')),
};

/** The settings begin with the first part that is there for whoever looks. */
export function SettingsStart() {
  const { history } = useRouter();
  const [first] = partsFor(useMe());
  useEffect(() => {
    if (first) history.replace(`/settings/${first.id}`);
  }, [first, history]);
  return null;
}

export function SettingsPage() {
  useTitle('Settings');
  const id = useLocation().pathname.split('/')[2];
  const me = useMe();
  const part = PARTS.find((each) => each.id === id);
  if (!part) return <NotFound />;
  if (!partsFor(me).includes(part)) return <NoAccess />;
  const Page = PAGES[part.id];
  return (
    <SettingsFrame part={part} parts={partsFor(me)}>
      <Suspense fallback={<div aria-busy="true" className="h-96" />}>
        <Page />
      </Suspense>
    </SettingsFrame>
  );
}
