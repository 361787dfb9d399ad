import { type RefObject, useRef } from 'react';
import type { Key } from '@/api/types';
import type { Selection } from '@/hooks/use-selection';
import { keysBetween } from '@/lib/selection';

/** How a row of a list is selected, or with `range` all from the one that was clicked before. */
export type SelectRow = (key: Key, on: boolean, range: boolean) => void;

/** Selecting in a list whose rows are all there, in the order in which they are shown. */
export function useListSelection(keys: readonly Key[], selection: Selection): SelectRow {
  const anchor: RefObject<Key | undefined> = useRef(undefined);
  return (key, on, range) => {
    const between = range && anchor.current ? keysBetween(keys, anchor.current, key) : [];
    if (between.length > 0) return selection.set(between, true);
    anchor.current = key;
    selection.set([key], on);
  };
}
