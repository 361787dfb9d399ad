import { recall, remember } from './storage';

const NAME = 'own-runs';
const MAX_STORED = 50;

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
const stored = () => recall(NAME, [], isNames);

/**
 * The runs that were started in this browser and whose end has not been reported here. Other tabs add to them;
 * each tab that is open tells of an end once, and one that is opened later does not tell of it again.
 */
const own = new Set(stored());
const listeners = new Set<() => void>();

function add(ids: readonly string[]) {
  for (const id of ids) own.add(id);
  for (const listener of listeners) listener();
}

export function isOwnRun(id: string): boolean {
  return own.has(id);
}

export function addOwnRun(id: string) {
  remember(NAME, [...stored(), id].slice(-MAX_STORED));
  add([id]);
}

export function forgetOwnRun(id: string) {
  own.delete(id);
  const before = stored();
  if (before.includes(id))
    remember(
      NAME,
      before.filter((each) => each !== id),
    );
}

/** Calls when one is added: its end may have been told before its beginning was answered. */
export function watchOwnRuns(listener: () => void): () => void {
  const onStorage = () => add(stored());
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}
