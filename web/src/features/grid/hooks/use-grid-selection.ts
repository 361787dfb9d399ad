import { type RefObject, useEffect, useRef } from 'react';
import type { Cell, Key } from '@/api/types';
import { showToast, showProblem } from '@/lib/toast';
import { type Drag, dragged, loadedKeys } from '../model/drag';
import type { Pager } from '../model/pager';
import { keysBetween, MAX_RANGE } from '../model/range';
import type { Selection } from '@/hooks/use-selection';

interface Input {
  pager: Pager;
  rows: number;
  /** The first and last row in sight. */
  shown: { firstRow: number; lastRow: number };
  keyOf: (row: Cell[]) => Key;
  selection: Selection;
  selectable: boolean;
  viewKey: string;
}

interface Anchor {
  key: Key;
  index: number;
}

/** Selecting in the grid: single rows, ranges, what is in sight. Rows are told apart by their keys alone. */
export function useGridSelection({ pager, rows, shown, keyOf, selection, selectable, viewKey }: Input) {
  const anchor: RefObject<Anchor | undefined> = useRef(undefined);

  // In another order the row that a range begins with is still there, and is found by its key.
  useEffect(() => {
    anchor.current = undefined;
  }, [viewKey]);

  /** The keys of a range; undefined where it is too long, or cannot be read, which is said. */
  const keysOfRange = async (from: Anchor, to: number): Promise<Key[] | undefined> => {
    const row = (at: number) => pager.row(at);
    const fetch = (first: number, last: number) => pager.range(first, last);
    try {
      const keys = await keysBetween({ anchor: from, to, rows, row, keyOf, fetch });
      if (!keys)
        showToast(
          `You can select up to ${MAX_RANGE.toLocaleString('en')} rows at once`,
          'To select more, filter the rows and select all that match.',
        );
      return keys;
    } catch (error) {
      showProblem(error);
      return undefined;
    }
  };

  const selectRange = async (from: Anchor, to: number) => {
    const keys = await keysOfRange(from, to);
    if (keys) selection.set(keys, true);
  };

  /** Rows that a drag passed too fast for them to be loaded are fetched when it has ended. */
  const endDrag = async (drag: Drag, to: number) => {
    anchor.current = { key: drag.key, index: drag.from };
    const loaded = loadedKeys([drag.from, to], (at) => pager.row(at), keyOf);
    if (loaded.length === Math.abs(to - drag.from) + 1) return;
    const keys = await keysOfRange(anchor.current, to);
    if (keys) selection.put(dragged(drag, keys));
  };

  const select = (index: number, range: boolean): void => {
    const row = pager.row(index);
    if (!row || !selectable) return;
    if (range && anchor.current) return void selectRange(anchor.current, index);
    const key = keyOf(row);
    anchor.current = { key, index };
    selection.set([key], !selection.has(key));
  };

  const extend = (from: number, to: number) => {
    const [left, reached] = [pager.row(from), pager.row(to)];
    if (!left || !reached || !selectable) return;
    if (!anchor.current || !selection.has(keyOf(left))) anchor.current = { key: keyOf(left), index: from };
    const began = anchor.current.index;
    if (Math.abs(to - began) < Math.abs(from - began)) selection.set([keyOf(left)], false);
    else selection.set([keyOf(left), keyOf(reached)], true);
  };

  const keysInSight = (): Key[] => {
    const keys: Key[] = [];
    if (!selectable) return keys;
    for (let index = Math.max(0, shown.firstRow); index <= shown.lastRow; index += 1) {
      const row = pager.row(index);
      if (row) keys.push(keyOf(row));
    }
    return keys;
  };

  const visible = selection.any ? keysInSight() : [];
  return {
    select,
    extend,
    endDrag,
    selectVisible: () => selection.set(keysInSight(), true),
    toggleVisible: () => {
      const keys = keysInSight();
      selection.set(keys, !keys.every((key) => selection.has(key)));
    },
    /** Whether there was a selection to clear. */
    clear: () => {
      anchor.current = undefined;
      selection.clear();
      return selection.any;
    },
    allVisible: visible.length > 0 && visible.every((key) => selection.has(key)),
  };
}
