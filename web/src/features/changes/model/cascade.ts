import { plural } from '@/lib/format';
import type { Dependants, Outcome } from '../api/changes';

/** Whether the database would delete or alter rows by itself, which Rowport does instead where it is asked to. */
export function canCascade({ on_delete }: Dependants): boolean {
  return on_delete === 'cascade' || on_delete === 'set_null';
}

/** What becomes of the rows that refer to others by one foreign key. */
export function relatedRowsText(dependant: Dependants, along: boolean): string {
  const { rows } = dependant;
  if (rows !== undefined) {
    const what = plural(rows, 'row');
    return dependant.on_delete === 'cascade'
      ? `${what} will be deleted too.`
      : `${what} will lose ${rows === 1 ? 'its' : 'their'} reference.`;
  }
  if (along && canCascade(dependant)) {
    return 'These can’t be deleted too. Rows still used here will be skipped and listed.';
  }
  return 'Rows still used here can’t be deleted and will be listed.';
}

/** How many rows of other datasets were not changed, which were to go along. */
export function cascadeFailures({ along }: Outcome): number {
  return (along ?? []).reduce((sum, each) => sum + (each.rows - each.done), 0);
}

/** How many rows of other datasets were changed along with those of a change. */
export function cascadeText({ along }: Outcome): string | undefined {
  const done = (along ?? []).reduce((sum, each) => sum + each.done, 0);
  if (done === 0) return undefined;
  return `And ${plural(done, 'related row')} in other datasets.`;
}
