import type { Preview, RowFailure } from '../api/changes';
import type { ChangeKind } from './change-kind';

/** Why a row is left as it is, for reasons that last. */
interface ReasonLabel {
  words: string;
  /** Whether the words say all that the server does. */
  whole?: boolean;
}

const REASONS: Record<string, ReasonLabel> = {
  foreign_key: { words: 'Refers to a row that does not exist', whole: true },
  has_dependants: { words: 'Has related rows' },
  not_unique: { words: 'Another row has the same unique value' },
  value_missing: { words: 'A required value is missing' },
  check_failed: { words: 'Violates a rule of the database' },
  value_unfit: { words: 'A value does not fit its column' },
  too_large: { words: 'Too large for the database' },
  row_refused: { words: 'Rejected by the database' },
  gone: { words: 'No longer exists' },
  changed_since: { words: 'Changed since' },
  key_taken: { words: 'Its key is in use again' },
  left_out: { words: 'Skipped' },
  column_changed: { words: 'A column has changed since' },
  purged: { words: 'Permanently deleted' },
  taken_back: { words: 'Already undone' },
};

/** Why, in words that fit what was wanted: of a row that is deleted, others can be the reason, and not what it refers to. */
export function reasonText(code: string, kind: ChangeKind, users: readonly string[] = []): string {
  if (code === 'foreign_key' && removesRows(kind)) {
    return users.length > 0 ? `Still used by ${users.join(', ')}` : 'Still used by other rows';
  }
  return REASONS[code]?.words ?? code.replaceAll('_', ' ');
}

/** Whether the words for a reason say all that there is to say. */
export function isSelfExplanatory(code: string): boolean {
  return REASONS[code]?.whole === true;
}

/** Whether trying again can help: what is not known as lasting may have passed. */
export function isWorthRetrying(code: string): boolean {
  return REASONS[code] === undefined;
}

/** Whether rows disappear by it. */
export function removesRows(kind: ChangeKind): boolean {
  return (
    kind.action === 'delete' || kind.action === 'purge' || (kind.action === 'undo' && kind.of === 'restore')
  );
}

/** The datasets that use the rows which the database does not let go: those that it names, or else all that refer to them. */
export function referringDatasets(
  failures: readonly Pick<RowFailure, 'code' | 'database'>[],
  referring: readonly { dataset: string }[],
): string[] {
  const all = [...new Set(referring.map(({ dataset }) => dataset))];
  const said = failures.flatMap(({ code, database }) => (code === 'foreign_key' ? (database ?? []) : []));
  const named = all.filter((dataset) => {
    const table = dataset.slice(dataset.lastIndexOf('.') + 1);
    return said.some((words) => words.includes(`"${table}"`) || words.includes(`\`${table}\``));
  });
  return named.length > 0 ? named : all;
}

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
