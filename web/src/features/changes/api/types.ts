import type { RunOf } from '@/api/runs';
import type { components } from '@/api/schema';
import type { Cell, DatasetRef, Key } from '@/api/types';
import type { SelectionBody } from '@/lib/selection';

type Schemas = components['schemas'];

export type Dependents = Schemas['Dependents'];
/** The preview of a change, with the idempotency key under which it is executed. */
export type Preview = Schemas['Preview'] & { key: string };
export type FieldVersions = Schemas['FieldVersions'];
export type Journal = Schemas['Journal'];
export type Change = Schemas['ChangeSetView'];
/** The document says less of keys than our own types do. */
export type RowFailure = Omit<Schemas['RowFailure'], 'key'> & { key: Key };
export type Outcome = Omit<Schemas['Outcome'], 'failures' | 'altered'> & {
  failures: RowFailure[];
  altered?: RowFailure[];
};
export type TrashRow = Omit<Schemas['TrashRow'], 'key'> & { key: Key };

/** What a field becomes, in the words of the API. */
export type FieldValue =
  | { value: Cell }
  | { copy: string }
  | { add: string }
  | { replace: { find: string; with: string } }
  | 'clear';

export interface SetField {
  column: string;
  to: FieldValue;
}

/** A change as it is requested. */
export interface ChangeRequest {
  ref: DatasetRef;
  action: 'delete' | 'set' | 'restore' | 'purge';
  /** Of the rows of the dataset; to restore and to purge, of those in its trash. */
  selection: SelectionBody;
  /** The fields to set. */
  fields?: SetField[];
  allOrNothing?: boolean;
  /** Whether rows of other datasets that depend on these are deleted and restored with them. */
  cascade?: boolean;
}

export interface StartedChange {
  change_set: string;
  run: RunOf<'change'>;
}
export type ChangeResponse = Outcome | StartedChange;

export function isStarted(answer: ChangeResponse): answer is StartedChange {
  return 'run' in answer;
}
