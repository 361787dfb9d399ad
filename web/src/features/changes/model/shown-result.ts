import { useSyncExternalStore } from 'react';
import type { DatasetRef } from '@/api/types';
import type { Outcome } from '../api/changes';
import type { ChangeKind } from './change-kind';

/** What came of a change, to be shown. */
export interface Result {
  ref: DatasetRef;
  kind: ChangeKind;
  outcome: Outcome;
}

let shown: Result | undefined;
const listeners = new Set<() => void>();

/** Shows what became of each row, over whatever page one is on; nothing any more without a result. */
export function showResult(result: Result | undefined) {
  shown = result;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function useShownResult(): Result | undefined {
  return useSyncExternalStore(subscribe, () => shown);
}
