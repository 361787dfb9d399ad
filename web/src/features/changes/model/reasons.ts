import type { components } from '@/api/schema';
import type { Preview, RowFailure } from '../api/types';
import type { ChangeKind } from './change-kind';

type ErrorCode = components['schemas']['ErrorCode'];

/** Why a row was not changed, for reasons that last. */
interface ReasonLabel {
  label: string;
  /** Whether the label says all that the server's message does. */
  complete?: boolean;
}

/** Codes that are not listed pass by themselves, such as that of a busy database. */
const REASONS: Partial<Record<ErrorCode, ReasonLabel>> = {
  foreign_key: { label: 'Refers to a row that does not exist', complete: true },
  has_dependents: { label: 'Has related rows' },
  not_unique: { label: 'Another row has the same unique value' },
  value_missing: { label: 'A required value is missing' },
  check_failed: { label: 'Violates a rule of the database' },
  value_unfit: { label: 'A value does not fit its column' },
  too_large: { label: 'Too large for the database' },
  row_refused: { label: 'Rejected by the database' },
  gone: { label: 'No longer exists' },
  changed_since: { label: 'Changed since' },
  key_taken: { label: 'Its key is in use again' },
  left_out: { label: 'Skipped' },
  column_changed: { label: 'A column has changed since' },
  purged: { label: 'Permanently deleted' },
  altered: { label: 'Restored, but not as it was' },
  taken_back: { label: 'Already undone' },
};

/** A later version of the server may have codes that this page does not know. */
const lastingReason = (code: string) => (REASONS as Record<string, ReasonLabel | undefined>)[code];

/** The reason of a failure, as it fits the change: a row can't be deleted because of others, not because of what it refers to. */
export function reasonText(code: string, kind: ChangeKind, users: readonly string[] = []): string {
  if (isUsedByOthers(code, kind)) {
    return users.length > 0 ? `Still used by ${users.join(', ')}` : 'Still used by other rows';
  }
  return lastingReason(code)?.label ?? code.replaceAll('_', ' ');
}

/** Whether a row can't be removed because others refer to it. */
export function isUsedByOthers(code: string, kind: ChangeKind): boolean {
  return code === 'foreign_key' && removesRows(kind);
}

/** Whether the label of a reason says all that there is to say. */
export function isSelfExplanatory(code: string): boolean {
  return lastingReason(code)?.complete === true;
}

/** Whether a retry can help: a reason that is not known as lasting may have passed. */
export function isWorthRetrying(code: string): boolean {
  return lastingReason(code) === undefined;
}

/** Whether the change removes rows. */
export function removesRows(kind: ChangeKind): boolean {
  return (
    kind.action === 'delete' || kind.action === 'purge' || (kind.action === 'undo' && kind.of === 'restore')
  );
}

/** The datasets whose rows still use those that can't be deleted: the ones that the database names, or else all that refer to them. */
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

/** The rows that would fail by their reasons. Of many, only the first are listed: `count` is how many there are. */
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
