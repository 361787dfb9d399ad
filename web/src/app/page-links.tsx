import { useLocation } from '@tanstack/react-router';
import clsx from 'clsx';
import { FileDown, Rows3, ScrollText } from 'lucide-react';
import type { Permission } from '@/api/session';
import { AppLink } from '@/components/app-link';
import { useCurrentUser } from '@/hooks/use-current-user';

interface PageLink {
  href: string;
  label: string;
  icon: typeof Rows3;
  /** The permission without which the page is not offered. */
  needs?: Permission;
}

const PAGES: PageLink[] = [
  { href: '/', label: 'All datasets', icon: Rows3 },
  { href: '/exports', label: 'Exports', icon: FileDown },
  { href: '/audit', label: 'Audit', icon: ScrollText, needs: 'audit.read' },
];

/** The pages beside those of the datasets. */
export function PageLinks({ onPick }: { onPick?: () => void }) {
  const path = useLocation().pathname;
  const { permissions } = useCurrentUser();
  return (
    <nav aria-label="Pages" className="px-2 pb-3">
      <ul>
        {PAGES.filter(({ needs }) => needs === undefined || permissions.includes(needs)).map(
          ({ href, label, icon: Icon }) => (
            <li key={href}>
              <AppLink
                href={href}
                {...(path === href && { 'aria-current': 'page' })}
                {...(onPick && { onClick: onPick })}
                className={clsx(
                  'flex h-8 items-center gap-2 rounded-md px-2.5 text-[13px] pointer-coarse:h-10',
                  path === href ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink hover:bg-hover',
                )}
              >
                <Icon
                  aria-hidden
                  className={clsx('size-4 shrink-0', path === href ? 'text-accent-text' : 'text-ink-faint')}
                />
                {label}
              </AppLink>
            </li>
          ),
        )}
      </ul>
    </nav>
  );
}
