import { Checkbox as Base } from '@base-ui/react/checkbox';
import { Check, Minus } from 'lucide-react';
import type { ReactNode } from 'react';

interface CheckboxProps {
  checked: boolean;
  indeterminate?: boolean;
  /** `range` is whether Shift was held: all between the one before and this one are meant. */
  onChange: (checked: boolean, range: boolean) => void;
  label: string;
  tabIndex?: number;
}

export function Checkbox({ checked, indeterminate = false, onChange, label, tabIndex }: CheckboxProps) {
  return (
    <Base.Root
      checked={checked}
      indeterminate={indeterminate}
      onCheckedChange={(on, { event }) => onChange(on, 'shiftKey' in event && event.shiftKey === true)}
      // With Shift held, a click would select the text up to here as well.
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
      aria-label={label}
      {...(tabIndex !== undefined && { tabIndex })}
      className="flex size-4 shrink-0 items-center justify-center rounded-[4px] border border-line-strong bg-canvas text-accent-ink data-checked:border-accent data-checked:bg-accent data-indeterminate:border-accent data-indeterminate:bg-accent"
    >
      <Base.Indicator className="flex" keepMounted={false}>
        {indeterminate ? (
          <Minus aria-hidden className="size-3" strokeWidth={3} />
        ) : (
          <Check aria-hidden className="size-3" strokeWidth={3} />
        )}
      </Base.Indicator>
    </Base.Root>
  );
}

interface CheckFieldProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: string;
  hint?: ReactNode;
  disabled?: boolean;
}

/** A native checkbox with its words beside it. */
export function CheckField({ checked, onChange, label, hint, disabled = false }: CheckFieldProps) {
  return (
    <label className="flex items-start gap-2.5 py-1 text-[13px]">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span>
        {label}
        {hint !== undefined && <span className="block text-xs text-ink-faint">{hint}</span>}
      </span>
    </label>
  );
}
