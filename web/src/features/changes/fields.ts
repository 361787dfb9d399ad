import type { Column, Dataset } from '@/api/types';
import { isNumber } from '@/lib/filter';
import type { SetField } from './changes';

export type Operation = 'value' | 'clear' | 'copy' | 'add' | 'replace';

/** A field as it is being chosen. */
export interface FieldDraft {
  column: string;
  operation: Operation;
  /** The value, the other column, the number to add, or the text to find. */
  text: string;
  /** What takes the place of the text that is found. */
  replacement: string;
}

export const OPERATIONS: Record<Operation, string> = {
  value: 'Set to',
  clear: 'Clear',
  copy: 'Copy from',
  add: 'Add',
  replace: 'Find and replace',
};

/** The columns that people write: neither the key, nor what is computed, nor what they may not see. */
export function writableColumns({ columns, key }: Pick<Dataset, 'columns' | 'key'>): Column[] {
  return columns.filter(
    ({ name, generated, computed, masked }) =>
      !key.includes(name) && generated !== true && computed !== true && masked !== true,
  );
}

/** The columns that can be copied from: all whose values one may see. */
export function readableColumns({ columns }: Pick<Dataset, 'columns'>, but: string): Column[] {
  return columns.filter(({ name, computed, masked }) => name !== but && computed !== true && masked !== true);
}

export function operationsFor({ nullable, type: { kind } }: Column): Operation[] {
  return [
    'value',
    ...(nullable ? (['clear'] as const) : []),
    'copy',
    ...(isNumber(kind) ? (['add'] as const) : []),
    ...(kind === 'text' ? (['replace'] as const) : []),
  ];
}

export function newDraft(column: Column): FieldDraft {
  return { column: column.name, operation: 'value', text: startText(column), replacement: '' };
}

/** Lists begin with a choice that can be seen. */
export function startText({ type }: Column): string {
  if (type.kind === 'boolean') return 'true';
  return type.kind === 'enum' ? (type.values[0] ?? '') : '';
}

/** The field as the API takes it; undefined while something is missing. */
export function toField(draft: FieldDraft, column: Column): SetField | undefined {
  const { operation, text, replacement } = draft;
  const field = (to: SetField['to']): SetField => ({ column: draft.column, to });
  switch (operation) {
    case 'clear':
      return field('clear');
    case 'copy':
      return text === '' ? undefined : field({ copy: text });
    case 'add':
      return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? field({ add: text.trim() }) : undefined;
    case 'replace':
      return text === '' ? undefined : field({ replace: { find: text, with: replacement } });
    case 'value':
      // The empty text is a text; an empty number or day is none.
      if (text === '' && column.type.kind !== 'text') return undefined;
      if (column.type.kind === 'boolean') return field({ value: text === 'true' });
      return field({ value: text });
  }
}
