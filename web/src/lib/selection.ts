import type { Key, View } from '@/api/types';

/** Which rows are chosen: some by their keys, or all that match a view but some. */
export interface Chosen {
  all: boolean;
  /** The keys that are chosen; where all are, the keys that are left out. */
  keys: ReadonlyMap<string, Key>;
}

/** What the server takes for a selection. */
export type SelectionBody =
  { keys: Key[] } | { view: { view: Pick<View, 'filter' | 'search'>; except: Key[] } };

/** So many can be left out of all rows that match. */
export const MAX_EXCLUDED = 10_000;

export const NOTHING: Chosen = { all: false, keys: new Map() };
export const ALL_MATCHING: Chosen = { all: true, keys: new Map() };

export const keyText = (key: Key) => JSON.stringify(key);

export function isChosen({ all, keys }: Chosen, key: Key): boolean {
  return keys.has(keyText(key)) !== all;
}

/** The same with these rows chosen, or not chosen any more. */
export function choose(chosen: Chosen, changed: readonly Key[], on: boolean): Chosen {
  const keys = new Map(chosen.keys);
  for (const key of changed) {
    if (on !== chosen.all) keys.set(keyText(key), key);
    else keys.delete(keyText(key));
  }
  return { all: chosen.all, keys };
}

/** The keys of a list from one to another, whichever comes first; none where one of them is not there any more. */
export function keysBetween(keys: readonly Key[], from: Key, to: Key): readonly Key[] {
  const position = (sought: Key) => keys.findIndex((key) => keyText(key) === keyText(sought));
  const [first = -1, last = -1] = [position(from), position(to)].sort((a, b) => a - b);
  return first < 0 ? [] : keys.slice(first, last + 1);
}

/** How many they are, where so many match. */
export function countChosen({ all, keys }: Chosen, matching: number): number {
  return all ? Math.max(0, matching - keys.size) : keys.size;
}

export function selectionBody({ all, keys }: Chosen, { filter, search }: View): SelectionBody {
  const listed = [...keys.values()];
  if (!all) return { keys: listed };
  const view = { ...(filter !== undefined && { filter }), ...(search !== undefined && { search }) };
  return { view: { view, except: listed } };
}
