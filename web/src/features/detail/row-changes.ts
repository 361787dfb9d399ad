import { infiniteQueryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';
import type { Cell, DatasetRef, Key } from '@/api/types';

type Schemas = components['schemas'];

/** Something that happened to a row. */
export type RowChange = Schemas['RowChange'];

const PAGE = 10;

export const rowHistoryQuery = (ref: DatasetRef, key: Key) =>
  infiniteQueryOptions({
    queryKey: ['row-history', ref.source, ref.dataset, key],
    queryFn: ({ pageParam, signal }) => {
      const before = pageParam === undefined ? {} : { before: pageParam };
      const params = { path: { ...ref }, query: { key: JSON.stringify(key), limit: PAGE, ...before } };
      return unwrap(client.GET('/api/v1/sources/{source}/datasets/{dataset}/history', { params, signal }));
    },
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    // A change reaches the history a moment later.
    staleTime: 0,
  });

/** What happened to the row, in the past: `changed it`. */
export function rowChangeText({
  action,
  before,
  after,
}: Pick<RowChange, 'action' | 'before' | 'after'>): string {
  if (action === 'purge') return 'permanently deleted it';
  if (action === 'restore') return 'restored it';
  if (before !== null && after === null) return 'deleted it';
  if (before === null && after !== null) return 'restored it';
  return action === 'undo' ? 'undid a change' : 'changed it';
}

export interface FieldChange {
  name: string;
  before: Cell;
  after: Cell;
}

/** The fields that became something else. */
export function fieldChanges(columns: readonly string[], { before, after }: RowChange): FieldChange[] {
  if (before === null || after === null) return [];
  return columns.flatMap((name, index) => {
    const [was, is] = [before[index] ?? null, after[index] ?? null];
    return was === is ? [] : [{ name, before: was, after: is }];
  });
}
