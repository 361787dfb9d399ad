import { Eye, EyeOff } from 'lucide-react';
import { type ReactNode, type Ref, useId, useState } from 'react';

interface PasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What password managers go by. */
  autoComplete: 'current-password' | 'new-password';
  minLength?: number;
  hint?: ReactNode;
  inputRef?: Ref<HTMLInputElement>;
}

/** A password, which can be looked at while it is typed. */
export function PasswordField(props: PasswordFieldProps) {
  const { label, value, onChange, autoComplete, minLength, hint, inputRef } = props;
  const [shown, setShown] = useState(false);
  const id = useId();
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium text-ink-soft">
        {label}
      </label>
      <span className="relative flex">
        <input
          id={id}
          ref={inputRef}
          type={shown ? 'text' : 'password'}
          name="password"
          required
          {...(minLength !== undefined && { minLength })}
          maxLength={1000}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="field h-9 w-full pr-10"
        />
        <button
          type="button"
          aria-pressed={shown}
          aria-label={shown ? 'Hide password' : 'Show password'}
          title={shown ? 'Hide password' : 'Show password'}
          onClick={() => setShown(!shown)}
          className="absolute top-1/2 right-1 flex size-7 -translate-y-1/2 items-center justify-center rounded text-ink-soft hover:bg-hover"
        >
          <Icon aria-hidden className="size-4" />
        </button>
      </span>
      {hint !== undefined && (
        <span id={`${id}-hint`} className="text-xs text-ink-faint">
          {hint}
        </span>
      )}
    </div>
  );
}
