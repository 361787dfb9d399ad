import clsx from 'clsx';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Me } from '@/api/session';
import { AppLink } from '@/components/app-link';
import { Page } from '@/components/page';

export interface Part {
  id: 'people' | 'roles' | 'keys' | 'sessions' | 'limits' | 'trash' | 'notifications' | 'storage';
  label: string;
}

export const PARTS: readonly Part[] = [
  { id: 'people', label: 'People' },
  { id: 'roles', label: 'Roles' },
  { id: 'keys', label: 'API keys' },
  { id: 'sessions', label: 'Sessions' },
  { id: 'limits', label: 'Limits' },
  { id: 'trash', label: 'Trash' },
  { id: 'notifications', label: 'Notifications' },
  { id: 'storage', label: 'Storage' },
];

/** The parts that are there for somebody: keys and sessions belong to people who sign in. */
export function partsFor(me: Me): Part[] {
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
  return PARTS.filter(({ id }) => shown[id]);
}

interface SettingsFrameProps {
  part: Part;
  parts: readonly Part[];
  children: ReactNode;
}

/** What stands around every part of the settings. */
export function SettingsFrame({ part, parts, children }: SettingsFrameProps) {
  const nav = useRef<HTMLElement>(null);
  // On a phone the parts do not fit: the one that is shown is brought into sight.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [part]);
  return (
    <Page title="Settings" width="5xl">
      <nav
        ref={nav}
        aria-label="Parts of the settings"
        className="-mt-2 overflow-x-auto border-b border-line"
      >
        <ul className="flex">
          {parts.map(({ id, label }) => (
            <li key={id}>
              <AppLink
                href={`/settings/${id}`}
                {...(id === part.id && { 'aria-current': 'page' })}
                className={clsx(
                  'flex h-10 items-center border-b-2 px-3 text-[13px] whitespace-nowrap -outline-offset-2',
                  id === part.id
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
