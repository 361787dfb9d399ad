import { queryOptions } from '@tanstack/react-query';
import type { Filter } from '@/lib/filter';
import { client, unwrap } from './client';
import type { Count, DatasetName, DatasetRef, Landmarks, Rows, View } from './types';

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/api/v1/sources', { signal }))).sources,
  staleTime: 30_000,
});

export const datasetQuery = (ref: DatasetRef) =>
  queryOptions({
    queryKey: ['dataset', ref.source, ref.dataset],
    queryFn: ({ signal }) =>
      unwrap(
        client.GET('/api/v1/sources/{source}/datasets/{dataset}', { params: { path: { ...ref } }, signal }),
      ),
    staleTime: 60_000,
  });

/** Every query about a dataset's rows begins with this key, so that a refresh reaches them all. */
export const rowsKey = (ref: DatasetRef) => ['rows', ref.source, ref.dataset] as const;

export const countQuery = (ref: DatasetRef, view: View, mode: 'quick' | 'exact') =>
  queryOptions({
    queryKey: [...rowsKey(ref), 'count', mode, view.filter ?? null, view.search ?? ''],
    queryFn: ({ signal }) => fetchCount(ref, view, mode, signal),
    staleTime: 30_000,
  });

export function fetchCount(
  ref: DatasetRef,
  view: View,
  mode: 'quick' | 'exact',
  signal?: AbortSignal,
): Promise<Count> {
  return unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/count', {
      params: { path: { ...ref } },
      body: { view: { ...pick(view, ['filter', 'search']) }, mode },
      ...(signal && { signal }),
    }),
  );
}

export interface RowsPage {
  view: View;
  cursor?: string;
  limit?: number;
}

export function fetchRows(ref: DatasetRef, page: RowsPage, signal?: AbortSignal): Promise<Rows> {
  return unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/rows', {
      params: { path: { ...ref } },
      body: page,
      ...(signal && { signal }),
    }),
  );
}

export function fetchLandmarks(
  ref: DatasetRef,
  view: View,
  every: number,
  signal?: AbortSignal,
): Promise<Landmarks> {
  return unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/landmarks', {
      params: { path: { ...ref } },
      body: { view, every },
      ...(signal && { signal }),
    }),
  );
}

/** The first rows for which the filter holds; used for row details and related rows. */
export const someRowsQuery = (
  ref: DatasetRef,
  filter: Filter | undefined,
  limit: number,
  columns?: string[],
) =>
  queryOptions({
    queryKey: [...rowsKey(ref), 'some', filter ?? null, limit, columns ?? null],
    queryFn: ({ signal }) =>
      fetchRows(ref, { view: { ...(filter && { filter }), ...(columns && { columns }) }, limit }, signal),
    staleTime: 15_000,
  });

/** The name of a dataset as addresses write it. */
export function datasetId(name: DatasetName | string): string {
  if (typeof name === 'string') return name;
  return name.schema ? `${name.schema}.${name.table}` : name.table;
}

function pick(view: View, fields: (keyof View)[]): View {
  return Object.fromEntries(Object.entries(view).filter(([field]) => fields.includes(field as keyof View)));
}
