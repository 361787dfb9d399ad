import type { Cell, Key } from '@/api/types';
import { keyText } from './selection';

/** The longest range that shift-click selects at once. */
export const MAX_RANGE = 10_000;

interface RangeInput {
  /** The key that the range began with, and where it stood then. */
  anchor: { key: Key; index: number };
  to: number;
  row: (index: number) => Cell[] | undefined;
  keyOf: (row: Cell[]) => Key;
  fetch: (first: number, last: number) => Promise<Cell[][]>;
}

/**
 * The keys from the anchor to the clicked row. The anchor is found again by its key, because the row may stand
 * elsewhere by now; rows that were never loaded are fetched.
 */
export async function keysBetween({ anchor, to, row, keyOf, fetch }: RangeInput): Promise<Key[] | undefined> {
  const wanted = keyText(anchor.key);
  const isAnchor = (index: number) => {
    const held = row(index);
    return held !== undefined && keyText(keyOf(held)) === wanted;
  };
  let from = anchor.index;
  if (row(from) !== undefined && !isAnchor(from)) {
    const shift = Array.from({ length: 500 }, (_, index) => index + 1).find(
      (distance) => isAnchor(from - distance) || isAnchor(from + distance),
    );
    if (shift === undefined) return undefined;
    from = isAnchor(from - shift) ? from - shift : from + shift;
  }
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  if (last - first >= MAX_RANGE) return undefined;
  const rows = await fetch(first, last);
  return rows.map(keyOf);
}
