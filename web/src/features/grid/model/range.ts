import type { Cell, Key } from '@/api/types';
import { keyText } from '@/lib/selection';

/** The longest range that shift-click selects at once. */
export const MAX_RANGE = 10_000;

/** So many rows are fetched at once to look for the anchor among them. */
const LOOKED_AT = 500;

interface RangeInput {
  /** The key that the range began with, and where it stood then. */
  anchor: { key: Key; index: number };
  to: number;
  /** How many rows there are. */
  rows: number;
  row: (index: number) => Cell[] | undefined;
  keyOf: (row: Cell[]) => Key;
  fetch: (first: number, last: number) => Promise<Cell[][]>;
}

/**
 * The keys from the anchor to the clicked row. The anchor is found again by its key, because another order or rows
 * that came and went may have moved it; rows that were never loaded are fetched. Undefined where it is too far away.
 */
export async function keysBetween(input: RangeInput): Promise<Key[] | undefined> {
  const { to, keyOf, fetch } = input;
  const from = findLoaded(input) ?? (await findFetched(input));
  if (from === undefined) return undefined;
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  if (last - first >= MAX_RANGE) return undefined;
  const rows = await fetch(first, last);
  return rows.map(keyOf);
}

function findLoaded({ anchor, to, rows, row, keyOf }: RangeInput): number | undefined {
  const anchorKey = keyText(anchor.key);
  const isAnchor = (index: number) => {
    const held = index >= 0 && index < rows ? row(index) : undefined;
    return held !== undefined && keyText(keyOf(held)) === anchorKey;
  };
  if (isAnchor(anchor.index)) return anchor.index;
  for (let distance = 0; distance < MAX_RANGE; distance += 1) {
    if (isAnchor(to - distance)) return to - distance;
    if (isAnchor(to + distance)) return to + distance;
  }
  return undefined;
}

/** Looks through the rows around the clicked one, block by block outwards. */
async function findFetched({ anchor, to, rows, keyOf, fetch }: RangeInput): Promise<number | undefined> {
  const anchorKey = keyText(anchor.key);
  const look = async (first: number, last: number) => {
    const [low, high] = [Math.max(0, first), Math.min(rows - 1, last)];
    if (low > high) return undefined;
    const at = (await fetch(low, high)).findIndex((each) => keyText(keyOf(each)) === anchorKey);
    return at < 0 ? undefined : low + at;
  };
  for (let near = 0; near < MAX_RANGE; near += LOOKED_AT) {
    const found =
      (await look(to - near - LOOKED_AT, to - near)) ?? (await look(to + near, to + near + LOOKED_AT));
    if (found !== undefined) return found;
    if (to - near <= 0 && to + near >= rows) return undefined;
  }
  return undefined;
}
