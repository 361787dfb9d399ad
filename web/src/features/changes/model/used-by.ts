import type { Filter } from '@/api/filter';
import type { Dataset, Key } from '@/api/types';
import { datasetHref } from '@/lib/address';
import { keyFilter, printFilter } from '@/lib/filter';

/** An address has room for so many keys. */
const MAX_KEYS = 50;

/** The address of the rows of another dataset that refer to these keys; undefined where they refer by other columns. */
export function referringRowsHref(
  source: string,
  { key, referring }: Pick<Dataset, 'key' | 'referring'>,
  user: string,
  keys: readonly Key[],
): string | undefined {
  const filters = referring.flatMap(
    ({ dataset, foreign_key: { columns, referenced_columns: referenced } }) => {
      const indexes = referenced.map((name) => key.indexOf(name));
      if (dataset !== user || indexes.includes(-1)) return [];
      const valuesOf = (each: Key): Key => indexes.map((index) => each[index] ?? null);
      return [anyKey(columns, keys.slice(0, MAX_KEYS).map(valuesOf))];
    },
  );
  const [first, ...more] = filters;
  if (first === undefined) return undefined;
  const filter = more.length === 0 ? first : { or: filters };
  return datasetHref({ source, dataset: user }, { filter: printFilter(filter) });
}

function anyKey(columns: readonly string[], keys: readonly Key[]): Filter {
  const [column = '', ...more] = columns;
  const [only] = keys;
  if (only && keys.length === 1) return keyFilter(columns, only);
  if (more.length === 0) return { column, op: 'in', values: keys.flatMap(([value]) => value ?? []) };
  return { or: keys.map((key) => keyFilter(columns, key)) };
}
