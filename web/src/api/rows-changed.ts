import type { DatasetRef } from './types';

type Listener = (ref: DatasetRef) => void;

const listeners = new Set<Listener>();

/** Announces that rows of a dataset have changed, so that every view of them asks again. */
export function announceRowsChanged(ref: DatasetRef) {
  for (const listener of listeners) listener(ref);
}

export function onRowsChanged(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
