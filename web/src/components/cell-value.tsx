import { ArrowUpRight, Lock } from 'lucide-react';
import type { Cell } from '@/api/types';
import { asLink, formatValue, type ValueColumn } from '@/lib/values';

/** What a mask means, in words. */
export const MASKED = 'You can’t see the values of this column';

interface CellValueProps {
  value: Cell;
  column: ValueColumn;
  /** Where the foreign key leads. */
  href?: string | undefined;
  /** In a grid only the grid itself is a stop of the Tab key. */
  inGrid?: boolean;
}

/** One value on one line, by its type. NULL and the empty text look different from each other and from words. */
export function CellValue({ value, column, href, inGrid = false }: CellValueProps) {
  const tab = inGrid ? { tabIndex: -1 } : {};
  if (value === null) return <span className="text-ink-faint italic">NULL</span>;
  if (value === '') {
    return (
      <span className="text-ink-faint" title="Empty text">
        ″″
      </span>
    );
  }
  if (column.masked) {
    return (
      <span className="text-ink-faint" title={MASKED}>
        <Lock aria-hidden className="mr-1 mb-0.5 inline size-3" />
        {String(value)}
        <span className="sr-only"> ({MASKED})</span>
      </span>
    );
  }
  const text = formatValue(value, column);
  if (href !== undefined) {
    return (
      <a
        {...tab}
        href={href}
        data-internal
        className="text-accent-text underline decoration-dotted underline-offset-3 hover:decoration-solid"
      >
        {text}
      </a>
    );
  }
  const link = asLink(value);
  if (link !== undefined) {
    return (
      <a
        {...tab}
        href={link}
        target="_blank"
        rel="noopener noreferrer"
        className="text-accent-text underline underline-offset-3"
      >
        {text}
        <ArrowUpRight aria-hidden className="mb-0.5 ml-0.5 inline size-3" />
      </a>
    );
  }
  switch (column.type.kind) {
    case 'boolean':
      return <span className={value === true ? 'text-ink' : 'text-ink-soft'}>{text}</span>;
    case 'enum':
      return <span className="rounded-[5px] bg-hover px-1.5 py-px text-[12px]">{text}</span>;
    case 'json':
    case 'array':
    case 'bytes':
    case 'uuid':
      return <span className="font-mono text-[12px] text-ink-soft">{text}</span>;
    default:
      return text;
  }
}
