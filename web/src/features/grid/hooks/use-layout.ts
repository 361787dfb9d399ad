import { useCallback, useMemo, useState } from 'react';
import type { DatasetRef } from '@/api/types';
import { recall, remember } from '@/lib/storage';
import { defaultWidth, type ValueColumn } from '@/lib/values';

interface Remembered {
  widths: Record<string, number>;
  pinned?: string[];
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null || !('widths' in value)) return false;
  const { widths } = value;
  if (typeof widths !== 'object' || widths === null) return false;
  if (!Object.values(widths).every((width) => typeof width === 'number')) return false;
  return (
    !('pinned' in value) ||
    (Array.isArray(value.pinned) && value.pinned.every((name) => typeof name === 'string'))
  );
}

/** Widths and pins of a dataset's columns, remembered in this browser. */
export function useLayout(ref: DatasetRef, key: readonly string[]) {
  const name = `layout.${ref.source}/${ref.dataset}`;
  const [held, setHeld] = useState(() => ({ name, value: recall(name, { widths: {} }, isRemembered) }));
  const current = held.name === name ? held.value : recall(name, { widths: {} }, isRemembered);

  const change = useCallback(
    (next: (before: Remembered) => Remembered) =>
      setHeld((before) => {
        const base = before.name === name ? before.value : recall(name, { widths: {} }, isRemembered);
        const value = next(base);
        remember(name, value);
        return { name, value };
      }),
    [name],
  );

  const pinned = useMemo(() => current.pinned ?? key, [current.pinned, key]);
  const { widths } = current;
  return {
    pinned,
    /** Whether the person has set the column's width. */
    isFixed: useCallback((column: ValueColumn) => column.name in widths, [widths]),
    widthOf: useCallback((column: ValueColumn) => widths[column.name] ?? defaultWidth(column), [widths]),
    resize: useCallback(
      (column: string, width: number) =>
        change((before) => ({ ...before, widths: { ...before.widths, [column]: width } })),
      [change],
    ),
    pin: useCallback(
      (column: string, on: boolean) =>
        change((before) => {
          const rest = (before.pinned ?? [...key]).filter((each) => each !== column);
          return { ...before, pinned: on ? [...rest, column] : rest };
        }),
      [change, key],
    ),
  };
}
