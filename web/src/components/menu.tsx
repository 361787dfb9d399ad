import { Menu as Base } from '@base-ui/react/menu';
import clsx from 'clsx';
import type { ReactElement, ReactNode } from 'react';

interface MenuProps {
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function Menu({ trigger, children, align = 'start', ...state }: MenuProps) {
  return (
    <Base.Root {...state}>
      <Base.Trigger render={trigger} />
      <MenuPopup align={align}>{children}</MenuPopup>
    </Base.Root>
  );
}

interface AnchoredMenuProps {
  anchor: Element | null;
  onClose: () => void;
  children: ReactNode;
}

/** A menu without a button of its own, opened beside an element that already stands. */
export function AnchoredMenu({ anchor, onClose, children }: AnchoredMenuProps) {
  return (
    <Base.Root open={anchor !== null} onOpenChange={(open) => !open && onClose()}>
      <MenuPopup align="start" anchor={anchor}>
        {children}
      </MenuPopup>
    </Base.Root>
  );
}

interface MenuPopupProps {
  align: 'start' | 'end';
  anchor?: Element | null;
  children: ReactNode;
}

function MenuPopup({ align, anchor, children }: MenuPopupProps) {
  return (
    // Within the page's main part, so that a screen reader finds it in a landmark.
    <Base.Portal container={document.getElementById('main')}>
      <Base.Positioner
        sideOffset={6}
        align={align}
        collisionPadding={8}
        className="z-30"
        {...(anchor && { anchor })}
      >
        <Base.Popup className="popup max-h-(--available-height) min-w-48 overflow-y-auto p-1">
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

interface MenuItemProps {
  icon?: ReactElement;
  children: ReactNode;
  onClick: () => void;
  disabled?: boolean;
  danger?: boolean;
  hint?: string;
}

export function MenuItem({ icon, children, onClick, disabled = false, danger = false, hint }: MenuItemProps) {
  return (
    <Base.Item
      onClick={onClick}
      disabled={disabled}
      className={clsx(
        'flex min-h-8 items-center gap-2.5 rounded-md px-2.5 py-1 text-[13px] outline-none select-none data-highlighted:bg-hover pointer-coarse:min-h-10',
        'data-disabled:text-ink-faint data-disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0',
        danger ? 'text-danger' : 'text-ink',
      )}
    >
      <span className="flex w-4 justify-center text-ink-faint" aria-hidden>
        {icon}
      </span>
      <span className="flex-1 truncate">{children}</span>
      {hint !== undefined && <span className="text-xs text-ink-faint">{hint}</span>}
    </Base.Item>
  );
}

interface MenuGroupProps {
  /** What stands above its items, and names it. */
  label: ReactNode;
  children: ReactNode;
}

export function MenuGroup({ label, children }: MenuGroupProps) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2.5 pt-1.5 pb-2">{label}</Base.GroupLabel>
      {children}
    </Base.Group>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="my-1 h-px bg-line" />;
}
