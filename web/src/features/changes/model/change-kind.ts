import type { DatasetRef, Key } from '@/api/types';
import { plural } from '@/lib/format';
import { type Answer, type Change, performUnasked, type SetField, takeBack } from '../api/changes';

/** What a change does, as far as this page knows: the fields are known only where they were chosen. */
export type Deed =
  | { kind: 'delete' | 'restore' | 'purge' }
  | { kind: 'set'; fields?: SetField[] }
  | { kind: 'undo'; of: Change['action']; undoes: string };

export function deedOf({ action, of, undoes }: Pick<Change, 'action' | 'of' | 'undoes'>): Deed {
  if (action === 'delete' || action === 'restore' || action === 'purge') return { kind: action };
  if (action === 'undo' && undoes !== undefined) return { kind: 'undo', of: of ?? 'set', undoes };
  return { kind: 'set' };
}

const PAST = { delete: 'deleted', set: 'changed', restore: 'restored', purge: 'deleted for good' } as const;
const UNDONE: Record<string, string> = { delete: 'restored', restore: 'put back in the trash' };

/** What became of the rows: `deleted`, `restored`. */
export function past(deed: Deed): string {
  return deed.kind === 'undo' ? (UNDONE[deed.of] ?? 'taken back') : PAST[deed.kind];
}

/** `12 rows deleted`. */
export function deedWords(deed: Deed, rows: number): string {
  return `${plural(rows, 'row')} ${past(deed)}`;
}

/** `Deleting 20,000 rows`. */
export function goingOnWords(deed: Deed, rows: number): string {
  const what = plural(rows, 'row');
  switch (deed.kind) {
    case 'delete':
      return `Deleting ${what}`;
    case 'set':
      return `Changing ${what}`;
    case 'restore':
      return `Restoring ${what}`;
    case 'purge':
      return `Deleting ${what} for good`;
    case 'undo':
      return `${deed.of === 'delete' ? 'Restoring' : 'Taking back'} ${what}`;
  }
}

/** The same once more for some of its rows, which were confirmed with the others; absent where it is not known what was done. */
export function again(ref: DatasetRef, deed: Deed): ((keys: Key[]) => Promise<Answer>) | undefined {
  if (deed.kind === 'undo') return (keys) => takeBack(ref, deed.undoes, { keys });
  const { kind } = deed;
  const fields = kind === 'set' ? deed.fields : undefined;
  if (kind === 'set' && fields === undefined) return undefined;
  // What hangs on them by now was shown to nobody, so nothing goes along.
  return (keys) => performUnasked({ ref, action: kind, selection: { keys }, ...(fields && { fields }) });
}
