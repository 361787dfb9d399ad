import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from './client';
import type { Filter } from './filter';
import type { Count, CountMode, DatasetName, DatasetRef, Landmarks, Preset, Rows, View } from './types';
import type { components } from './schema';

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

export const countQuery = (ref: DatasetRef, view: View, mode: CountMode) =>
  queryOptions({
    queryKey: [...rowsKey(ref), 'count', mode, view.filter ?? null, view.search ?? ''],
    queryFn: ({ signal }) => fetchCount(ref, view, mode, signal),
    staleTime: 30_000,
  });

export function fetchCount(
  ref: DatasetRef,
  view: View,
  mode: CountMode,
  signal?: AbortSignal,
): Promise<Count> {
  return unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/count', {
      params: { path: { ...ref } },
      body: { view: wireView(pick(view, ['filter', 'search'])), mode },
      ...(signal && { signal }),
    }),
  );
}

export interface RowsPage {
  view: View;
  cursor?: string;
  limit?: number;
}

export async function fetchRows(ref: DatasetRef, page: RowsPage, signal?: AbortSignal): Promise<Rows> {
  const answer = await unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/rows', {
      params: { path: { ...ref } },
      body: { ...page, view: wireView(page.view) },
      ...(signal && { signal }),
    }),
  );
  return answer as Rows;
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
      body: { view: wireView(view), every },
      ...(signal && { signal }),
    }),
  );
}

/** The first rows for which the filter holds; used for row details and related rows. */
export const firstRowsQuery = (
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

export const presetsQuery = (ref: DatasetRef) =>
  queryOptions({
    queryKey: ['presets', ref.source, ref.dataset],
    queryFn: async ({ signal }): Promise<Preset[]> => {
      const params = { path: { ...ref } };
      const answer = client.GET('/api/v1/sources/{source}/datasets/{dataset}/presets', { params, signal });
      return (await unwrap(answer)).presets;
    },
    staleTime: 30_000,
  });

/** The name of a dataset as addresses write it. */
export function datasetId(name: DatasetName): string {
  return name.schema != null ? `${name.schema}.${name.table}` : name.table;
}

/** A view as the server takes it. Which values an operator needs is the filter editor's business, not this type's. */
export function wireView(view: View): components['schemas']['ViewRequest'] {
  return view as components['schemas']['ViewRequest'];
}

function pick(view: View, fields: (keyof View)[]): View {
  return Object.fromEntries(Object.entries(view).filter(([field]) => fields.includes(field as keyof View)));
}
