import type { Cell, Key } from '@/api/types';
import { choose, type Chosen, isChosen } from '@/lib/selection';

/** A drag over the checkboxes: every row that it passes becomes what the first one became. */
export interface Drag {
  /** The row that it began with. */
  from: number;
  key: Key;
  /** What was selected before. */
  before: Chosen;
}

/** What is selected while the drag has come to these rows; rows that it has left again are what they were. */
export function dragged({ key, before }: Drag, keys: readonly Key[]): Chosen {
  return choose(before, keys, !isChosen(before, key));
}

/** The keys of the rows from one to the other that are loaded. */
export function loadedKeys(
  [from, to]: [number, number],
  row: (index: number) => Cell[] | undefined,
  keyOf: (row: Cell[]) => Key,
): Key[] {
  const keys: Key[] = [];
  for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
    const held = row(index);
    if (held) keys.push(keyOf(held));
  }
  return keys;
}
