import type { DatasetRef, Key } from '@/api/types';
import { plural } from '@/lib/words';
import {
  type Answer,
  type Change,
  fetchPreview,
  perform,
  type SetField,
  takeBack,
  type Wish,
} from './changes';

/** What a change does, as far as this page knows: the fields are known only where they were chosen. */
export type Deed =
  | { kind: 'delete' }
  | { kind: 'set'; fields?: SetField[] }
  | { kind: 'undo'; of: Change['action']; undoes: string };

export function deedOf({ action, of, undoes }: Pick<Change, 'action' | 'of' | 'undoes'>): Deed {
  if (action === 'delete') return { kind: 'delete' };
  if (action === 'undo' && undoes !== undefined) return { kind: 'undo', of: of ?? 'set', undoes };
  return { kind: 'set' };
}

/** What became of the rows: `deleted`, `restored`. */
export function past(deed: Deed): string {
  if (deed.kind === 'delete') return 'deleted';
  if (deed.kind === 'set') return 'changed';
  return deed.of === 'delete' ? 'restored' : 'taken back';
}

/** `12 rows deleted`. */
export function deedWords(deed: Deed, rows: number): string {
  return `${plural(rows, 'row')} ${past(deed)}`;
}

const GOING_ON = { delete: 'Deleting', set: 'Changing', undo: 'Taking back' } as const;

/** `Deleting 20,000 rows`. */
export function goingOnWords(deed: Deed, rows: number): string {
  const verb = deed.kind === 'undo' && deed.of === 'delete' ? 'Restoring' : GOING_ON[deed.kind];
  return `${verb} ${plural(rows, 'row')}`;
}

/** The same once more for some of its rows, which were confirmed with the others; absent where it is not known what was done. */
export function again(ref: DatasetRef, deed: Deed): ((keys: Key[]) => Promise<Answer>) | undefined {
  if (deed.kind === 'undo') return (keys) => takeBack(ref, deed.undoes, { keys });
  const { kind } = deed;
  const fields = kind === 'set' ? deed.fields : undefined;
  if (kind === 'set' && fields === undefined) return undefined;
  return async (keys) => {
    const wish: Wish = { ref, selection: { keys }, allOrNothing: false, ...(fields && { fields }) };
    const { confirmation } = await fetchPreview(wish);
    return perform(wish, confirmation);
  };
}
