import { recall, remember } from './storage';

const NAME = 'own-runs';
const KEPT = 50;

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/**
 * The runs that were started in this browser and whose end nobody here has been told of. Other tabs add to them;
 * each tab that is open tells of an end once, and one that is opened later does not tell of it again.
 */
const own = new Set<string>();
for (const id of recall(NAME, [], isNames)) own.add(id);

window.addEventListener('storage', () => {
  for (const id of recall(NAME, [], isNames)) own.add(id);
});

export function isOwnRun(id: string): boolean {
  return own.has(id);
}

export function addOwnRun(id: string) {
  own.add(id);
  remember(NAME, [...recall(NAME, [], isNames), id].slice(-KEPT));
}

export function forgetOwnRun(id: string) {
  own.delete(id);
  const kept = recall(NAME, [], isNames);
  if (kept.includes(id))
    remember(
      NAME,
      kept.filter((each) => each !== id),
    );
}
