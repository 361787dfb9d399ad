import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { Run } from '@/api/runs';
import type { components } from '@/api/schema';
import type { Cell, DatasetRef, Key } from '@/api/types';
import type { SelectionBody } from '@/lib/selection';
import { newKey, sendOnce } from './send-once';

type Schemas = components['schemas'];

export type Dependents = Schemas['Dependents'];
/** What a change would do, with the key under which it is done once. */
export type Preview = Schemas['Preview'] & { key: string };
export type FieldVersions = Schemas['FieldVersions'];
export type Journal = Schemas['Journal'];
export type Change = Schemas['ChangeSetView'];
/** The document says less of keys than our own types do. */
export type RowFailure = Omit<Schemas['RowFailure'], 'key'> & { key: Key };
export type Outcome = Omit<Schemas['Outcome'], 'failures'> & { failures: RowFailure[] };
export type TrashRow = Omit<Schemas['TrashRow'], 'key'> & { key: Key };

/** What a field becomes, in the words of the API. */
export type FieldValue =
  | { value: Cell }
  | { copy: string }
  | { add: string }
  | { replace: { find: string; with: string } }
  | 'clear';

export interface SetField {
  column: string;
  to: FieldValue;
}

/** A change that has not been done yet. */
export interface ChangeRequest {
  ref: DatasetRef;
  action: 'delete' | 'set' | 'restore' | 'purge';
  /** Of the rows of the dataset; to restore and to purge, of those in its trash. */
  selection: SelectionBody;
  /** The fields to set. */
  fields?: SetField[];
  allOrNothing?: boolean;
  /** Whether rows of other datasets that hang on these are deleted along, and come back with them. */
  cascade?: boolean;
}

export interface StartedChange {
  change_set: string;
  run: Run;
}
export type ChangeResponse = Outcome | StartedChange;

export function isStarted(answer: ChangeResponse): answer is StartedChange {
  return 'run' in answer;
}

/** Every query about the changes of a dataset begins with this key. */
export const changesKey = (ref: DatasetRef) => ['changes', ref.source, ref.dataset] as const;

const path = (ref: DatasetRef) => ({ path: { ...ref } });

function body(request: ChangeRequest, confirmation?: string) {
  const { selection, fields, allOrNothing = false, cascade = false } = request;
  const sent = {
    selection,
    ...(fields && { fields }),
    ...(allOrNothing && { all_or_nothing: true }),
    ...(cascade && { cascade: true }),
    ...(confirmation !== undefined && { confirmation }),
  };
  return { body: sent as unknown as Schemas['RowsBody'] & Schemas['SetBody'] };
}

const BULK = '/api/v1/sources/{source}/datasets/{dataset}/bulk';

/** What a change would do, and the confirmation for exactly that. */
export async function fetchPreview(request: ChangeRequest, signal?: AbortSignal): Promise<Preview> {
  const options = { params: path(request.ref), ...body(request), ...(signal && { signal }) };
  const preview = await unwrap(client.POST(`${BULK}/${request.action}/preview`, options));
  return { ...preview, key: newKey() };
}

export const previewQuery = (request: ChangeRequest, look: number) =>
  queryOptions({
    queryKey: [...changesKey(request.ref), 'preview', request, look],
    queryFn: ({ signal }) => fetchPreview(request, signal),
    // A confirmation is for one look.
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });

/** Does what was confirmed: once, however often it is asked for. */
export async function execute(
  request: ChangeRequest,
  { confirmation, key }: Preview,
): Promise<ChangeResponse> {
  const answer: unknown = await sendOnce(key, (header) => {
    const options = { params: { ...path(request.ref), header }, ...body(request, confirmation) };
    return unwrap(client.POST(`${BULK}/${request.action}`, options));
  });
  return answer as ChangeResponse;
}

/** Does what nobody needs to be asked about. */
export async function executeAtOnce(request: ChangeRequest): Promise<ChangeResponse> {
  return execute(request, await fetchPreview(request));
}

/** Takes a change back: all of it, or the rows with these keys. */
export async function undoChange(
  ref: DatasetRef,
  id: string,
  { keys, force = false }: { keys?: Key[] | undefined; force?: boolean } = {},
): Promise<ChangeResponse> {
  const sent: object = { ...(keys && { keys }), ...(force && { force }) };
  const answer: unknown = await sendOnce(newKey(), (header) =>
    unwrap(
      client.POST('/api/v1/sources/{source}/datasets/{dataset}/changes/{id}/undo', {
        params: { path: { ...ref, id }, header },
        body: sent,
      }),
    ),
  );
  return answer as ChangeResponse;
}

export async function fetchOutcome(ref: DatasetRef, id: string): Promise<Outcome> {
  const params = { path: { ...ref, id } };
  const answer: unknown = await unwrap(
    client.GET('/api/v1/sources/{source}/datasets/{dataset}/changes/{id}', { params }),
  );
  return answer as Outcome;
}

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
