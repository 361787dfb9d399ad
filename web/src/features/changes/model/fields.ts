import type { Column, Dataset, ForeignKey } from '@/api/types';
import { isNumber } from '@/lib/filter';
import type { FieldValue, SetField } from '../api/types';
import type { Parent } from './parents';

export type Operation = 'value' | 'empty' | 'clear' | 'copy' | 'add' | 'replace';

/** What is set together: a column, or all columns of a reference, which mean something only with one another. */
export interface Settable {
  id: string;
  label: string;
  columns: Column[];
  /** The reference to rows of another dataset, if it is one. */
  reference: ForeignKey | undefined;
}

/** A field as it is being chosen. */
export interface FieldDraft {
  /** The id of what is set; empty while it is not chosen. */
  settable: string;
  operation: Operation;
  /** The value, the other column, the number to add, or the text to find. */
  text: string;
  /** What takes the place of the text that is found. */
  replacement: string;
  /** The row to refer to. */
  parent: Parent | undefined;
}

export const OPERATIONS: Record<Operation, string> = {
  value: 'Set to',
  empty: 'Set to empty text',
  clear: 'Set to NULL',
  copy: 'Copy from',
  add: 'Increase by',
  replace: 'Find and replace',
};

/** The columns that can be written: neither the key, nor what is computed, nor what is masked. */
export function writableColumns({ columns, key }: Pick<Dataset, 'columns' | 'key'>): Column[] {
  return columns.filter(
    ({ name, generated, computed, masked }) =>
      !key.includes(name) && generated !== true && computed !== true && masked !== true,
  );
}

/** What can be set: each column, and before its first column each reference that has several. */
export function settables(dataset: Pick<Dataset, 'columns' | 'key' | 'foreign_keys'>): Settable[] {
  const writable = writableColumns(dataset);
  const references = dataset.foreign_keys.flatMap((reference) => {
    const columns = reference.columns.flatMap((name) => writable.filter((column) => column.name === name));
    // A reference that can only be set in part is none: what it would refer to is undefined.
    return columns.length === reference.columns.length ? [{ reference, columns }] : [];
  });
  const of = (columns: Column[], reference: ForeignKey | undefined): Settable => ({
    id: JSON.stringify(columns.map(({ name }) => name)),
    label: columns.map(({ label }) => label).join(' + '),
    columns,
    reference,
  });
  return writable.flatMap((column) => {
    const begun = references.filter(({ columns }) => columns[0] === column);
    const own = begun.find(({ columns }) => columns.length === 1);
    const wide = begun.filter(({ columns }) => columns.length > 1);
    return [...wide.map(({ columns, reference }) => of(columns, reference)), of([column], own?.reference)];
  });
}

/** What is set to make rows refer to others. */
export function references(dataset: Pick<Dataset, 'columns' | 'key' | 'foreign_keys'>) {
  return settables(dataset).flatMap((each) =>
    each.reference ? [{ ...each, reference: each.reference }] : [],
  );
}

/** The columns that can be copied from: all whose values the user may see. */
export function readableColumns({ columns }: Pick<Dataset, 'columns'>, but: readonly Column[]): Column[] {
  return columns.filter(
    ({ name, computed, masked }) =>
      !but.some((each) => each.name === name) && computed !== true && masked !== true,
  );
}

export function operationsFor({ columns }: Settable): Operation[] {
  const [column, ...more] = columns;
  const single = more.length === 0 ? column?.type.kind : undefined;
  return [
    'value',
    ...(single === 'text' ? (['empty'] as const) : []),
    ...(isNullable(columns) ? (['clear'] as const) : []),
    ...(single ? (['copy'] as const) : []),
    ...(single && isNumber(single) ? (['add'] as const) : []),
    ...(single === 'text' ? (['replace'] as const) : []),
  ];
}

/** Whether all of them can be without a value. */
export function isNullable(columns: readonly Column[]): boolean {
  return columns.every(({ nullable }) => nullable);
}

/** A field of which at most the column is chosen yet: no value is set unless it was entered. */
export function newDraft(settable?: Settable): FieldDraft {
  return { settable: settable?.id ?? '', operation: 'value', text: '', replacement: '', parent: undefined };
}

/** The fields as the API takes them; undefined while something is missing. */
export function toFields(draft: FieldDraft, { columns }: Settable): SetField[] | undefined {
  const { operation, parent } = draft;
  if (operation === 'clear') return columns.map(({ name }) => ({ column: name, to: 'clear' }));
  if (operation === 'value' && parent) return referTo(columns, parent);
  const [column, ...more] = columns;
  if (!column || more.length > 0) return undefined;
  const to = toValue(draft, column);
  return to && [{ column: column.name, to }];
}

/** The fields of rows that are to refer to this one. */
export function referTo(columns: readonly Column[], { values }: Parent): SetField[] {
  return columns.map(({ name }, index) => {
    const value = values[index] ?? null;
    return { column: name, to: value === null ? 'clear' : { value } };
  });
}

function toValue({ operation, text, replacement }: FieldDraft, { type }: Column): FieldValue | undefined {
  switch (operation) {
    case 'clear':
      return 'clear';
    case 'empty':
      return { value: '' };
    case 'copy':
      return text === '' ? undefined : { copy: text };
    case 'add':
      return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? { add: text.trim() } : undefined;
    case 'replace':
      return text === '' ? undefined : { replace: { find: text, with: replacement } };
    case 'value':
      // A value that was not entered is none; an empty text is an operation of its own.
      if (text === '') return undefined;
      return { value: type.kind === 'boolean' ? text === 'true' : text };
  }
}
