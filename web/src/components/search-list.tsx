import clsx from 'clsx';
import { Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';

export interface SearchListItem {
  id: string;
  label: string;
  /** Where else the search looks. */
  keywords?: string;
  detail?: ReactNode;
  group?: string;
}

interface SearchListProps<T extends SearchListItem> {
  items: readonly T[];
  /** What it is searched for at first. */
  start?: string;
  onPick: (item: T) => void;
  placeholder: string;
  empty: string;
}

/** How many options are shown at most; typing narrows them down. */
const SHOWN = 200;

/** A search box over a list, worked by arrows and Enter. */
export function SearchList<T extends SearchListItem>({
  items,
  start = '',
  onPick,
  placeholder,
  empty,
}: SearchListProps<T>) {
  const [text, setText] = useState(start);
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const found = useMemo(() => search(items, text), [items, text]);
  const current = found[Math.min(active, found.length - 1)];

  // The list may arrive after its popup has looked for something to focus. A touch screen keeps its keyboard down.
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, []);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, found]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(found.length - 1, Math.min(active, found.length - 1) + step)));
    } else if (event.key === 'Enter' && current) {
      event.preventDefault();
      onPick(current);
    }
  };

  return (
    <div className="flex min-h-0 flex-col">
      <div className="relative border-b border-line">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint"
        />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label={placeholder}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          {...(current && { 'aria-activedescendant': `${id}-${current.id}` })}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-10 w-full bg-transparent pr-3 pl-9 text-[14px] outline-none pointer-coarse:text-[16px]"
        />
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={placeholder}
        tabIndex={-1}
        className="min-h-0 overflow-y-auto p-1"
      >
        {found.map((item, index) => (
          // The input has the keyboard: `aria-activedescendant` tells which option it is on.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={item.id}
            id={`${id}-${item.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={item === current}
            onClick={() => onPick(item)}
            onPointerMove={() => active !== index && setActive(index)}
            className={clsx(
              'flex min-h-8 items-center gap-3 rounded-md px-2.5 py-1 text-[13px] pointer-coarse:min-h-10',
              item === current && 'bg-hover',
            )}
          >
            <span className="min-w-0 flex-1 truncate">{item.label}</span>
            {item.detail !== undefined && (
              <span className="max-w-[45%] truncate text-xs text-ink-soft">{item.detail}</span>
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-3 pb-3 text-[13px] text-ink-soft">{empty}</p>}
    </div>
  );
}

/** Names that begin with the text come first, then those that have it somewhere. */
function search<T extends SearchListItem>(items: readonly T[], text: string): T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items.slice(0, SHOWN);
  const hits = items.filter((item) => {
    const where = `${item.label} ${item.keywords ?? ''}`.toLowerCase();
    return words.every((word) => where.includes(word));
  });
  const rank = (item: T) => (item.label.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return hits.sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN);
}
