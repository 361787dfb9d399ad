import { useSyncExternalStore } from 'react';
import type { DatasetRef } from '@/api/types';
import type { Outcome } from '../api/types';
import type { ChangeKind } from './change-kind';

/** The outcome of a change, to be shown. */
export interface Result {
  ref: DatasetRef;
  kind: ChangeKind;
  outcome: Outcome;
}

let shown: Result | undefined;
const listeners = new Set<() => void>();

/** Shows the outcome over any page; without a result, hides it. */
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
