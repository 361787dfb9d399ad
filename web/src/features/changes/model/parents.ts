import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { datasetId, fetchRows, rowsKey } from '@/api/queries';
import type { Cell, Dataset, DatasetRef, ForeignKey, Rows } from '@/api/types';
import { mainColumns } from '@/lib/main-columns';
import { formatValue } from '@/lib/values';

/** A row that others can refer to. */
export interface Parent {
  id: string;
  /** What stands in the columns of the reference, in their order. */
  values: Cell[];
  /** What people know it by. */
  label: string;
  /** By what it is referred to; empty where that is all that is names of it. */
  key: string;
}

/** How many are offered at once; typing narrows them down. */
export const OFFERED = 50;

/** For rows that refer to none. */
export function noParent({ columns }: ForeignKey): Parent {
  return { id: 'none', values: columns.map(() => null), label: 'No value', key: '' };
}

/**
 * The columns by which people know the rows of a parent: those that the dataset looks up there, or the first that has
 * a name or some other text.
 */
export function labelColumns(
  { lookups }: Pick<Dataset, 'lookups'>,
  { columns, referenced_columns: referenced }: ForeignKey,
  parent: Dataset,
): string[] {
  const [column = '', ...more] = columns;
  const begins = `${column}.`;
  const looked =
    more.length > 0 ? [] : lookups.filter(({ path, masked }) => path.startsWith(begins) && !masked);
  if (looked.length > 0) return looked.map(({ path }) => path.slice(begins.length));
  const texts = parent.columns.filter(
    ({ name, type, masked }) =>
      (type.kind === 'text' || type.kind === 'enum') && masked !== true && !referenced.includes(name),
  );
  return mainColumns(parent, parent.columns.length)
    .filter((name) => texts.some((text) => text.name === name))
    .slice(0, 1);
}

/** The rows of a parent that a search finds. */
export const parentsQuery = (
  source: string,
  reference: ForeignKey,
  labels: readonly string[],
  search: string,
) => {
  const ref: DatasetRef = { source, dataset: datasetId(reference.references) };
  const columns = [...new Set([...reference.referenced_columns, ...labels])];
  return queryOptions({
    queryKey: [...rowsKey(ref), 'parents', columns, search],
    queryFn: async ({ signal }) => {
      const view = { columns, ...(search !== '' && { search }) };
      const page = await fetchRows(ref, { view, limit: OFFERED }, signal);
      return { parents: toParents(page, reference, labels), more: page.cursor !== null };
    },
    staleTime: 15_000,
    // While another search is on its way, what the last one found stays.
    placeholderData: keepPreviousData,
  });
};

/** The rows of a page as they can be chosen: without those that cannot be referred to, or whose keys are not all there. */
export function toParents(
  { columns, rows, truncated }: Pick<Rows, 'columns' | 'rows' | 'truncated'>,
  { referenced_columns: referenced }: ForeignKey,
  labels: readonly string[],
): Parent[] {
  const indexes = referenced.map((name) => columns.findIndex((column) => column.name === name));
  const named = labels.flatMap((name) => columns.findIndex((column) => column.name === name));
  const cut = new Set(truncated.filter(([, column]) => indexes.includes(column)).map(([row]) => row));
  return rows.flatMap((row, index) => {
    const values = indexes.map((at) => row[at] ?? null);
    if (values.includes(null) || cut.has(index)) return [];
    const words = named.flatMap((at) => {
      const [column, value] = [columns[at], row[at] ?? null];
      return column && value !== null && value !== '' ? [formatValue(value, column)] : [];
    });
    const key = values.map(String).join(', ');
    const label = words.join(' · ');
    const names = label === '' ? { label: key, key: '' } : { label, key };
    return [{ id: JSON.stringify(values), values, ...names }];
  });
}
