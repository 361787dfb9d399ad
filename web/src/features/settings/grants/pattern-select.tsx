import { useState } from 'react';
import { Button } from '@/components/button';
import { Select, TextInput } from '@/components/field';
import type { PatternOption } from './use-datasets';

interface PatternSelectProps {
  label: string;
  /** Empty while none is chosen. */
  value: string;
  options: readonly PatternOption[];
  /** What stands there while none is chosen. */
  placeholder: string;
  onChange: (pattern: string) => void;
}

const OTHER = '\0other';

/** A dataset that is there, or a pattern that is written by hand. */
export function PatternSelect({ label, value, options, placeholder, onChange }: PatternSelectProps) {
  const [written, setWritten] = useState<string>();
  if (written !== undefined) {
    const take = () => {
      if (written.trim() !== '') onChange(written.trim());
      setWritten(undefined);
    };
    return (
      <span className="flex min-w-0 gap-2">
        <TextInput
          aria-label={`${label}: pattern`}
          placeholder="shop/* or */orders"
          maxLength={300}
          // The choice of writing one was made in this instant.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          className="w-full flex-1 font-mono"
          value={written}
          onChange={(event) => setWritten(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            take();
          }}
        />
        <Button onClick={take}>Use</Button>
      </span>
    );
  }
  const known = value === '' || options.some((option) => option.value === value);
  return (
    <Select
      aria-label={label}
      className="w-full"
      value={value}
      options={[
        ...(value === '' ? [{ value: '', label: placeholder }] : []),
        ...(known ? [] : [{ value, label: value }]),
        ...options,
        { value: OTHER, label: 'Custom pattern…' },
      ]}
      onChange={(next) => {
        if (next === OTHER) setWritten('');
        else if (next !== '') onChange(next);
      }}
    />
  );
}
