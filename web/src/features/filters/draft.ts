import type { Condition, Literal, Operator } from '@/api/filter';
import { arity, operatorsFor, printLiteral } from '@/lib/filter';
import type { ColumnKind } from '@/api/types';

/** A condition while it is being edited: its values may be missing. */
export interface Draft {
  id: number;
  column: string;
  op: Operator;
  values: Literal[];
}

let lastId = 0;

export function draftFor(column: string, kind: ColumnKind): Draft {
  const op = operatorsFor(kind)[0] ?? 'is_not_null';
  return { id: (lastId += 1), column, op, values: startValues(op, kind) };
}

export function draftOf(condition: Condition): Draft {
  const values = condition.values ?? (condition.value === undefined ? [] : [condition.value]);
  return { id: (lastId += 1), column: condition.column, op: condition.op, values };
}

/** Another operator keeps the values as far as they still make sense. */
export function withOperator(draft: Draft, op: Operator, kind: ColumnKind): Draft {
  const spans = (each: Operator) => each === 'in_last' || each === 'in_next';
  if (spans(op) !== spans(draft.op) || arity(op) === 0)
    return { ...draft, op, values: startValues(op, kind) };
  return { ...draft, op, values: arity(op) === 1 ? draft.values.slice(0, 1) : draft.values };
}

function startValues(op: Operator, kind: ColumnKind): Literal[] {
  if (op === 'in_last' || op === 'in_next') return ['7 days'];
  return kind === 'boolean' && arity(op) === 1 ? [true] : [];
}

/** The condition, or what is missing for one. */
export function finish(draft: Draft, kind: ColumnKind): Condition | string {
  const { column, op } = draft;
  const count = arity(op);
  // Empty text is a value for text columns only; elsewhere it means that nothing was typed.
  const textual = kind === 'text' && (op === 'eq' || op === 'ne');
  const values = draft.values.filter((value) => printLiteral(value) !== '' || (textual && count === 1));
  if (count === 0) return { column, op };
  if (count === 'list') return values.length > 0 ? { column, op, values } : 'Choose at least one value.';
  if (count === 2) return values.length === 2 ? { column, op, values } : 'Enter both values.';
  const value = values[0] ?? (textual ? '' : undefined);
  if (value === undefined) return 'Enter a value.';
  if (typeof value === 'object' && !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value.number))
    return 'Enter a number.';
  return { column, op, value };
}
