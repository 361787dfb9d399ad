import { Search, X } from 'lucide-react';
import { useRef } from 'react';
import { useShortcut } from '@/hooks/use-shortcut';
import { useTyped } from '@/hooks/use-typed';

interface SearchBoxProps {
  /** What is searched, for screen readers. */
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Free text; what is typed takes effect when the typing rests. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  const [text, setText] = useTyped(value, onChange);
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', () => input.current?.focus());

  return (
    <div className="relative min-w-0 flex-1 md:w-60 md:flex-none">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-faint"
      />
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder="Search"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setText('');
          if (event.key === 'Enter') onChange(text);
        }}
        className="field w-full pr-8 pl-8"
      />
      {text !== '' && (
        <button
          type="button"
          aria-label="Clear search"
          onClick={() => {
            setText('');
            onChange('');
          }}
          className="absolute top-1/2 right-1 flex size-6 -translate-y-1/2 items-center justify-center rounded text-ink-soft hover:bg-hover"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
