import type { Condition, Filter, Literal } from '@/api/filter';
import type { Cell, Dataset, Key } from '@/api/types';
import { datasetHref } from '@/lib/address';
import { isNumber, numberLiteral, printFilter } from '@/lib/filter';

/** An address has room for so many keys. */
const MAX_KEYS = 50;

/** The address of the rows of another dataset that refer to these keys; undefined where they refer by other columns. */
export function referringRowsHref(
  source: string,
  { key, referring, columns: own }: Pick<Dataset, 'key' | 'referring' | 'columns'>,
  user: string,
  keys: readonly Key[],
): string | undefined {
  const filters = referring.flatMap(
    ({ dataset, foreign_key: { columns, referenced_columns: referenced } }) => {
      const indexes = referenced.map((name) => key.indexOf(name));
      if (dataset !== user || indexes.includes(-1)) return [];
      const literals = (each: Key) =>
        referenced.map((name, at) => {
          const kind = own.find((column) => column.name === name)?.type.kind ?? 'text';
          return toLiteral(each[indexes[at] ?? 0] ?? '', isNumber(kind));
        });
      return [anyOf(columns, keys.slice(0, MAX_KEYS).map(literals))];
    },
  );
  const [first, ...more] = filters;
  if (first === undefined) return undefined;
  const filter = more.length === 0 ? first : { or: filters };
  return datasetHref({ source, dataset: user }, { filter: printFilter(filter) });
}

/** The keys of rows that were not changed are texts, whatever their columns hold. */
function toLiteral(value: Exclude<Cell, null>, numeric: boolean): Literal {
  return numeric && typeof value === 'string' ? numberLiteral(value) : value;
}

function anyOf(columns: readonly string[], keys: readonly Literal[][]): Filter {
  const [column = '', ...more] = columns;
  if (more.length === 0 && keys.length > 1) return { column, op: 'in', values: keys.flat() };
  const [only, ...others] = keys.map((key): Filter => {
    const conditions = columns.flatMap((name, index): Condition[] => {
      const value = key[index];
      return value === undefined ? [] : [{ column: name, op: 'eq', value }];
    });
    const [first, ...rest] = conditions;
    return first && rest.length === 0 ? first : { and: conditions };
  });
  return only && others.length === 0 ? only : { or: [only ?? { or: [] }, ...others] };
}
