import clsx from 'clsx';
import { type ReactNode, useEffect, useRef } from 'react';
import type { CurrentUser } from '@/api/session';
import { AppLink } from '@/components/app-link';
import { Page } from '@/components/page';

export interface SettingsTab {
  id: 'people' | 'roles' | 'keys' | 'sessions' | 'limits' | 'trash' | 'notifications' | 'storage';
  label: string;
}

export const SETTINGS_TABS: readonly SettingsTab[] = [
  { id: 'people', label: 'People' },
  { id: 'roles', label: 'Roles' },
  { id: 'keys', label: 'API keys' },
  { id: 'sessions', label: 'Sessions' },
  { id: 'limits', label: 'Limits' },
  { id: 'trash', label: 'Trash' },
  { id: 'notifications', label: 'Notifications' },
  { id: 'storage', label: 'Storage' },
];

/** The tabs that a user may see: keys and sessions belong to people who sign in. */
export function tabsFor(me: CurrentUser): SettingsTab[] {
  const admin = me.permissions.includes('admin');
  const shown = {
    people: admin,
    roles: admin,
    keys: me.can_sign_out,
    sessions: me.can_sign_out,
    limits: true,
    trash: me.permissions.includes('records.delete'),
    notifications: admin,
    storage: admin,
  };
  return SETTINGS_TABS.filter(({ id }) => shown[id]);
}

interface SettingsFrameProps {
  tab: SettingsTab;
  tabs: readonly SettingsTab[];
  children: ReactNode;
}

/** What stands around every tab of the settings. */
export function SettingsFrame({ tab, tabs, children }: SettingsFrameProps) {
  const nav = useRef<HTMLElement>(null);
  // On a phone the tabs do not fit: the one that is shown is brought into sight.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tab]);
  return (
    <Page title="Settings" width="5xl">
      <nav
        ref={nav}
        aria-label="Parts of the settings"
        className="-mt-2 overflow-x-auto border-b border-line"
      >
        <ul className="flex">
          {tabs.map(({ id, label }) => (
            <li key={id}>
              <AppLink
                href={`/settings/${id}`}
                {...(id === tab.id && { 'aria-current': 'page' })}
                className={clsx(
                  'flex h-10 items-center border-b-2 px-3 text-[13px] whitespace-nowrap -outline-offset-2',
                  id === tab.id
                    ? 'border-accent font-medium text-accent-text'
                    : 'border-transparent text-ink-soft hover:text-ink',
                )}
              >
                {label}
              </AppLink>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </Page>
  );
}
