import type { components } from '@/api/schema';
import type { DatasetRef, Key } from '@/api/types';
import { plural } from '@/lib/format';
import type { ChangeResponse, Change, SetField } from '../api/types';
import { executeAtOnce, undoChange } from '../api/execute';

type Action = components['schemas']['ChangeKind'];

/** The kind of a change; the fields that it sets are known only where they were chosen. */
export type ChangeKind =
  | { action: Exclude<Action, 'set' | 'undo'> }
  | { action: Extract<Action, 'set'>; fields?: SetField[] }
  | { action: Extract<Action, 'undo'>; of: Action; undoes: string };

export function kindOf({ action, of, undoes }: Pick<Change, 'action' | 'of' | 'undoes'>): ChangeKind {
  if (action !== 'undo') return { action };
  return undoes === undefined ? { action: 'set' } : { action, of: of ?? 'set', undoes };
}

interface KindTexts {
  /** What was done to the rows: `2 rows deleted`. */
  done: string;
  /** What is being done, before how many rows: `Deleting 2 rows`. */
  doing: string;
  /** The label in a list of changes, before how many rows: `Deleted 2 rows`. */
  label: string;
}

/** The texts of every action. A new one of the API does not compile until it stands here and below. */
const TEXTS: Record<Exclude<Action, 'undo'>, KindTexts> = {
  delete: { done: 'deleted', doing: 'Deleting', label: 'Deleted' },
  set: { done: 'changed', doing: 'Changing', label: 'Updated' },
  restore: { done: 'restored', doing: 'Restoring', label: 'Restored' },
  purge: { done: 'permanently deleted', doing: 'Permanently deleting', label: 'Permanently deleted' },
};

const CHANGED_BACK = { done: 'changed back', doing: 'Undoing changes to' };

/** The texts of the undo of every action; a purge can't be undone. */
const UNDO_TEXTS: Record<Action, KindTexts> = {
  delete: { done: 'restored', doing: 'Restoring', label: 'Undid a delete of' },
  set: { ...CHANGED_BACK, label: 'Undid an update of' },
  restore: {
    done: 'moved back to the trash',
    doing: 'Moving back to the trash:',
    label: 'Undid a restore of',
  },
  purge: { ...CHANGED_BACK, label: 'Undid a permanent delete of' },
  undo: { ...CHANGED_BACK, label: 'Undid an undo of' },
};

const textsOf = (kind: ChangeKind) => (kind.action === 'undo' ? UNDO_TEXTS[kind.of] : TEXTS[kind.action]);

/** What was done to the rows: `deleted`, `restored`. */
export function pastTense(kind: ChangeKind): string {
  return textsOf(kind).done;
}

/** `12 rows deleted`. */
export function doneText(kind: ChangeKind, rows: number): string {
  return `${plural(rows, 'row')} ${pastTense(kind)}`;
}

/** `Deleting 20,000 rows`. */
export function progressText(kind: ChangeKind, rows: number): string {
  return `${textsOf(kind).doing} ${plural(rows, 'row')}`;
}

/** The label of a change, before how many rows: `Deleted`, `Updated`, `Undid a delete of`. */
export function actionLabel({ action, of }: Pick<Change, 'action' | 'of'>): string {
  return action === 'undo' ? UNDO_TEXTS[of ?? 'set'].label : TEXTS[action].label;
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
