import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { DatasetRef } from '@/api/types';
import type { Change, TrashRow } from './types';

/** Every query about the changes of a dataset begins with this key. */
export const changesKey = (ref: DatasetRef) => ['changes', ref.source, ref.dataset] as const;

const path = (ref: DatasetRef) => ({ path: { ...ref } });

const PAGE = 100;

export const historyQuery = (ref: DatasetRef) =>
  infiniteQueryOptions({
    queryKey: [...changesKey(ref), 'history'],
    queryFn: async ({ pageParam, signal }): Promise<Change[]> => {
      const query = { limit: PAGE, ...(pageParam !== undefined && { before: pageParam }) };
      const params = { ...path(ref), query };
      const answer = client.GET('/api/v1/sources/{source}/datasets/{dataset}/changes', { params, signal });
      return (await unwrap(answer)).changes;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.id),
  });

export const trashQuery = (ref: DatasetRef, search: string) =>
  infiniteQueryOptions({
    queryKey: [...changesKey(ref), 'trash', search],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        limit: PAGE,
        ...(search !== '' && { search }),
        ...(pageParam !== undefined && { cursor: pageParam }),
      };
      const params = { ...path(ref), query };
      const answer = client.GET('/api/v1/sources/{source}/datasets/{dataset}/trash', { params, signal });
      const page = await unwrap(answer);
      return { ...page, rows: page.rows as unknown as TrashRow[] };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor ?? undefined,
    // While another search is on its way, what the last one found stays.
    placeholderData: keepPreviousData,
  });

/** Finds a change among the latest of its dataset. */
export async function findChange(ref: DatasetRef, id: string): Promise<Change | undefined> {
  const params = { ...path(ref), query: { limit: 1000 } };
  const answer = client.GET('/api/v1/sources/{source}/datasets/{dataset}/changes', { params });
  return (await unwrap(answer)).changes.find((each) => each.id === id);
}
