import clsx from 'clsx';
import type { ReactNode } from 'react';

const WIDTHS = { '5xl': 'max-w-5xl', '6xl': 'max-w-6xl' };

interface PageProps {
  title: string;
  /** What the page is for, below its title. */
  about?: ReactNode;
  /** The name of the region that scrolls; the title unless given. */
  label?: string;
  /** What leads back from here, above the title. */
  before?: ReactNode;
  /** Buttons and filters beside the title. */
  actions?: ReactNode;
  width?: keyof typeof WIDTHS;
  children: ReactNode;
}

/** A page that scrolls as a whole, with its title, its actions and its content. */
export function Page({ title, about, label = title, before, actions, width = '6xl', children }: PageProps) {
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="min-h-0 flex-1 overflow-y-scroll" tabIndex={0} role="region" aria-label={label}>
      <div className={clsx('mx-auto px-4 py-6 sm:px-8 sm:py-8', WIDTHS[width])}>
        {before}
        <div className="mb-5 flex flex-wrap items-end gap-x-3 gap-y-4">
          <div className="mr-auto min-w-0">
            <h1 className="text-xl font-semibold">{title}</h1>
            {about !== undefined && <p className="mt-1 text-ink-soft">{about}</p>}
          </div>
          {actions}
        </div>
        {children}
      </div>
    </div>
  );
}
