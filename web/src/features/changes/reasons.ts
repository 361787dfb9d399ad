import type { Preview } from './changes';

/** So many rows are named for each reason. */
const NAMED = 8;

interface Reason {
  code: string;
  keys: string[];
  /** Whether there are others. */
  more: boolean;
}

/** The rows that would fail by their reasons. Of many, only the first are told: `count` is how many there are. */
export function byReason(failures: Preview['failures'], count: number): Reason[] {
  const reasons = new Map<string, string[]>();
  for (const { code, key } of failures) {
    const text = (key as unknown[]).map(String).join('/');
    reasons.set(code, [...(reasons.get(code) ?? []), text]);
  }
  return [...reasons].map(([code, keys]) => ({
    code,
    keys: keys.slice(0, NAMED),
    more: keys.length > NAMED || failures.length < count,
  }));
}
