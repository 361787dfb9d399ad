import type { DatasetRef, Key } from '@/api/types';
import { plural } from '@/lib/format';
import type { ChangeResponse, Change, SetField } from '../api/types';
import { executeAtOnce, undoChange } from '../api/execute';

/** The kind of a change; the fields that it sets are known only where they were chosen. */
export type ChangeKind =
  | { action: 'delete' | 'restore' | 'purge' }
  | { action: 'set'; fields?: SetField[] }
  | { action: 'undo'; of: Change['action']; undoes: string };

export function kindOf({ action, of, undoes }: Pick<Change, 'action' | 'of' | 'undoes'>): ChangeKind {
  if (action === 'delete' || action === 'restore' || action === 'purge') return { action };
  if (action === 'undo' && undoes !== undefined) return { action: 'undo', of: of ?? 'set', undoes };
  return { action: 'set' };
}

const PAST = {
  delete: 'deleted',
  set: 'changed',
  restore: 'restored',
  purge: 'permanently deleted',
} as const;
const UNDONE: Record<string, string> = { delete: 'restored', restore: 'moved back to the trash' };

/** What was done to the rows: `deleted`, `restored`. */
export function pastTense(kind: ChangeKind): string {
  return kind.action === 'undo' ? (UNDONE[kind.of] ?? 'changed back') : PAST[kind.action];
}

/** `12 rows deleted`. */
export function doneText(kind: ChangeKind, rows: number): string {
  return `${plural(rows, 'row')} ${pastTense(kind)}`;
}

/** `Deleting 20,000 rows`. */
export function progressText(kind: ChangeKind, rows: number): string {
  const what = plural(rows, 'row');
  switch (kind.action) {
    case 'delete':
      return `Deleting ${what}`;
    case 'set':
      return `Changing ${what}`;
    case 'restore':
      return `Restoring ${what}`;
    case 'purge':
      return `Permanently deleting ${what}`;
    case 'undo':
      return `${kind.of === 'delete' ? 'Restoring' : 'Undoing changes to'} ${what}`;
  }
}

/** The same change of some of its rows, which were confirmed with the others; absent where the fields are unknown. */
export function retryOf(
  ref: DatasetRef,
  kind: ChangeKind,
): ((keys: Key[]) => Promise<ChangeResponse>) | undefined {
  if (kind.action === 'undo') return (keys) => undoChange(ref, kind.undoes, { keys });
  const { action } = kind;
  const fields = kind.action === 'set' ? kind.fields : undefined;
  if (action === 'set' && fields === undefined) return undefined;
  // Rows that depend on them by now were in no preview, so nothing is cascaded.
  return (keys) => executeAtOnce({ ref, action, selection: { keys }, ...(fields && { fields }) });
}
