import type { DatasetRef } from './types';

type Listener = (ref: DatasetRef) => void;

const listeners = new Set<Listener>();

/** Says that rows of a dataset are not what they were: whoever shows them asks again. */
export function announceRowsChanged(ref: DatasetRef) {
  for (const listener of listeners) listener(ref);
}

export function onRowsChanged(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
