import { Dialog as Base } from '@base-ui/react/dialog';
import clsx from 'clsx';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  children: ReactNode;
  footer?: ReactNode;
  /** `wide` fills a phone's screen. */
  size?: 'small' | 'wide';
  /** A click beside it does not close it: what is in it would be lost. */
  keep?: boolean;
}

export function Dialog({ open, onClose, title, description, children, footer, ...rest }: DialogProps) {
  const { size = 'small', keep = false } = rest;
  // What scrolls must be reachable by keyboard, even when nothing in it takes the focus.
  const reachable = { role: 'region', 'aria-label': title, tabIndex: 0 };
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()} disablePointerDismissal={keep}>
      <Base.Portal>
        <Base.Backdrop className="backdrop z-40" />
        <Base.Popup
          className={clsx(
            'popup fixed z-50 flex flex-col overflow-hidden',
            size === 'wide'
              ? 'inset-0 rounded-none border-0 sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[min(88dvh,780px)] sm:w-[min(780px,calc(100vw-48px))] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-[10px] sm:border'
              : 'top-[12dvh] left-1/2 max-h-[76dvh] w-[min(440px,calc(100vw-32px))] -translate-x-1/2',
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-[16px] font-semibold">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className="mt-0.5 text-[13px] text-ink-soft">
                  {description}
                </Base.Description>
              )}
            </div>
            <Base.Close render={<Button look="ghost" icon small aria-label="Close" />}>
              <X aria-hidden />
            </Base.Close>
          </header>
          <div {...reachable} className="min-h-0 flex-1 overflow-y-auto px-5 pb-5 -outline-offset-2">
            {children}
          </div>
          {footer !== undefined && (
            <footer className="border-t border-line bg-raised px-5 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
