import { plural } from '@/lib/format';
import type { Dependents, Outcome } from '../api/types';

/** Whether the database would delete or alter these rows by itself, which Rowport can do instead so that it can be undone. */
export function canCascade({ on_delete }: Dependents): boolean {
  return on_delete === 'cascade' || on_delete === 'set_null';
}

/** What happens to the rows that refer to others by one foreign key. */
export function relatedRowsText(dependent: Dependents, cascade: boolean): string {
  const { rows } = dependent;
  if (rows !== undefined) {
    const what = plural(rows, 'row');
    return dependent.on_delete === 'cascade'
      ? `${what} will be deleted too.`
      : `${what} will lose ${rows === 1 ? 'its' : 'their'} reference.`;
  }
  if (cascade && canCascade(dependent)) {
    return 'These can’t be deleted too. Rows still used here will be skipped and listed.';
  }
  return 'Rows still used here can’t be deleted and will be listed.';
}

/** How many rows of other datasets were to be cascaded and were not. */
export function cascadeFailures({ cascade }: Outcome): number {
  return (cascade ?? []).reduce((sum, each) => sum + (each.rows - each.done), 0);
}

/** How many rows of other datasets were changed with those of a change. */
export function cascadeText({ cascade }: Outcome): string | undefined {
  const done = (cascade ?? []).reduce((sum, each) => sum + each.done, 0);
  if (done === 0) return undefined;
  return `And ${plural(done, 'related row')} in other datasets.`;
}
