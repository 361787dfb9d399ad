import type { Condition, Filter, Literal, Operator } from '@/api/filter';
import type { Cell, ColumnKind, Key } from '@/api/types';

export type Join = 'and' | 'or';

/** What one chip of the filter bar stands for. */
export type FilterItem =
  | { type: 'conditions'; join: Join; conditions: Condition[] }
  /** A filter that the editor has no form for: shown, kept and removable. */
  | { type: 'opaque'; filter: Filter }; // prettier-ignore

/** A filter as the filter bar sees it: chips, all joined by the same word. */
export interface FilterModel {
  join: Join;
  items: FilterItem[];
}

const OPERATORS: readonly Operator[] = [
  'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'between', 'in', 'not_in', 'contains', 'not_contains', 'starts_with',
  'ends_with', 'is_null', 'is_not_null', 'is_empty', 'is_not_empty', 'in_last', 'in_next',
]; // prettier-ignore

export function isCondition(filter: Filter): filter is Condition {
  return typeof filter === 'object' && 'column' in filter;
}

/** Reads the `filter` of an address. Text that is not the JSON notation is kept for the server to judge. */
export function parseFilter(text: string): Filter {
  try {
    const value: unknown = JSON.parse(text);
    if (isFilter(value)) return value;
  } catch {
    // Not JSON: the text notation.
  }
  return text;
}

export function printFilter(filter: Filter): string {
  return typeof filter === 'string' ? filter : JSON.stringify(filter);
}

function isFilter(value: unknown): value is Filter {
  if (typeof value !== 'object' || value === null) return false;
  if ('and' in value) return Array.isArray(value.and) && value.and.every(isFilter);
  if ('or' in value) return Array.isArray(value.or) && value.or.every(isFilter);
  if ('not' in value) return isFilter(value.not);
  return 'column' in value && 'op' in value && OPERATORS.includes(value.op as Operator);
}

export function toModel(filter: Filter | undefined): FilterModel {
  if (filter === undefined) return { join: 'and', items: [] };
  if (typeof filter === 'object') {
    if ('and' in filter) return { join: 'and', items: filter.and.map(toItem) };
    // An empty `or` matches no row: it must not turn into "no filter".
    if ('or' in filter && filter.or.length > 0) return { join: 'or', items: filter.or.map(toItem) };
  }
  return { join: 'and', items: [toItem(filter)] };
}

function toItem(filter: Filter): FilterItem {
  if (typeof filter === 'object') {
    if (isCondition(filter)) return { type: 'conditions', join: 'and', conditions: [filter] };
    for (const join of ['and', 'or'] as const) {
      const parts = partsOf(filter, join);
      if (parts && parts.length > 0 && parts.every(isCondition))
        return { type: 'conditions', join, conditions: parts };
    }
  }
  return { type: 'opaque', filter };
}

function partsOf(filter: Filter, join: Join): Filter[] | undefined {
  if (typeof filter !== 'object') return undefined;
  if (join === 'and' && 'and' in filter) return filter.and;
  if (join === 'or' && 'or' in filter) return filter.or;
  return undefined;
}

export function fromModel(model: FilterModel): Filter | undefined {
  const parts = model.items.map(fromItem);
  const [only] = parts;
  if (only === undefined) return undefined;
  if (parts.length === 1 && (typeof only === 'string' || isCondition(only))) return only;
  return model.join === 'and' ? { and: parts } : { or: parts };
}

function fromItem(item: FilterItem): Filter {
  if (item.type === 'opaque') return item.filter;
  const [only] = item.conditions;
  if (item.conditions.length === 1 && only) return only;
  return item.join === 'and' ? { and: item.conditions } : { or: item.conditions };
}

/** The filter with one more condition that must hold too. */
export function withCondition(filter: Filter | undefined, condition: Condition): Filter {
  const model = toModel(filter);
  const item: FilterItem = { type: 'conditions', join: 'and', conditions: [condition] };
  if (model.join === 'or' && model.items.length > 1 && filter !== undefined)
    return { and: [filter, condition] };
  return fromModel({ join: 'and', items: [...model.items, item] }) ?? condition;
}

/** The filter that exactly the row with this key fulfils. */
export function keyFilter(columns: readonly string[], key: Key): Filter {
  const parts = columns.map((column, index) => equals(column, key[index] ?? null));
  const [only] = parts;
  return parts.length === 1 && only ? only : { and: parts };
}

export function equals(column: string, value: Cell): Condition {
  return value === null ? { column, op: 'is_null' } : { column, op: 'eq', value };
}

/** How many values an operator takes. */
export function arity(op: Operator): 0 | 1 | 2 | 'list' {
  if (op === 'between') return 2;
  if (op === 'in' || op === 'not_in') return 'list';
  return op.startsWith('is_') ? 0 : 1;
}

const TEMPORAL: readonly ColumnKind[] = ['date', 'timestamp', 'timestamp_tz'];
const NUMBERS: readonly ColumnKind[] = ['integer', 'decimal', 'float'];

export const isTemporal = (kind: ColumnKind) => TEMPORAL.includes(kind);
export const isNumber = (kind: ColumnKind) => NUMBERS.includes(kind);

/** The operators that make sense for a type, the likeliest first. */
export function operatorsFor(kind: ColumnKind): Operator[] {
  const presence: Operator[] = ['is_null', 'is_not_null'];
  if (isTemporal(kind)) {
    const span: Operator[] = ['in_last', 'in_next'];
    return ['eq', 'ne', 'ge', 'gt', 'le', 'lt', 'between', ...span, ...presence];
  }
  if (isNumber(kind)) return ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'between', 'in', 'not_in', ...presence];
  switch (kind) {
    case 'boolean':
      return ['eq', 'ne', ...presence];
    case 'time':
      return ['eq', 'ne', 'ge', 'gt', 'le', 'lt', 'between', ...presence];
    case 'enum':
      return ['in', 'not_in', ...presence];
    case 'uuid':
      return ['eq', 'ne', 'in', 'not_in', ...presence];
    case 'text':
      return [
        'contains', 'not_contains', 'eq', 'ne', 'starts_with', 'ends_with', 'in', 'not_in', 'is_empty',
        'is_not_empty', ...presence,
      ]; // prettier-ignore
    default:
      return presence;
  }
}

const OPERATOR_LABELS: Record<Operator, string> = {
  eq: 'is', ne: 'is not', lt: 'is less than', le: 'is at most', gt: 'is more than', ge: 'is at least',
  between: 'is between', in: 'is one of', not_in: 'is none of', contains: 'contains',
  not_contains: 'does not contain', starts_with: 'starts with', ends_with: 'ends with', is_null: 'is NULL (blank)',
  is_not_null: 'is not NULL', is_empty: 'is empty text', is_not_empty: 'is not empty text', in_last: 'is in the last',
  in_next: 'is in the next',
}; // prettier-ignore

const TEMPORAL_LABELS: Partial<Record<Operator, string>> = {
  lt: 'is before', le: 'is on or before', gt: 'is after', ge: 'is on or after',
}; // prettier-ignore

const SIGNS: Partial<Record<Operator, string>> = {
  eq: '=', ne: '≠', lt: '<', le: '≤', gt: '>', ge: '≥', between: 'between', in: 'is one of', not_in: 'is none of', is_null: 'is NULL',
}; // prettier-ignore

export function operatorLabel(op: Operator, kind: ColumnKind): string {
  return (isTemporal(kind) || kind === 'time' ? TEMPORAL_LABELS[op] : undefined) ?? OPERATOR_LABELS[op];
}

/** A condition's operator, as short as a chip needs it. */
export function operatorSign(op: Operator): string {
  return SIGNS[op] ?? OPERATOR_LABELS[op];
}

export function printLiteral(value: Literal): string {
  return typeof value === 'object' ? value.number : String(value);
}

export function printValues(condition: Condition): string {
  const values = condition.values?.map(printLiteral);
  if (condition.op === 'between' && values) return values.join(' and ');
  if (values)
    return values.length > 3 ? `${values.slice(0, 2).join(', ')} + ${values.length - 2}` : values.join(', ');
  return condition.value === undefined ? '' : printLiteral(condition.value);
}

/** One line for people, whatever the nesting. */
export function describeFilter(filter: Filter): string {
  if (typeof filter === 'string') return filter;
  if ('and' in filter) return filter.and.map(describeInner).join(' and ') || 'every row';
  if ('or' in filter) return filter.or.map(describeInner).join(' or ') || 'no row';
  if ('not' in filter) return `not ${describeInner(filter.not)}`;
  return [filter.column, operatorSign(filter.op), printValues(filter)].filter(Boolean).join(' ');
}

function describeInner(filter: Filter): string {
  return isCondition(filter) ? describeFilter(filter) : `(${describeFilter(filter)})`;
}

/** A typed-in number as the server should read it: digits that JSON would round travel as text. */
export function numberLiteral(text: string): Literal {
  const value = Number(text);
  return String(value) === text ? value : { number: text };
}
