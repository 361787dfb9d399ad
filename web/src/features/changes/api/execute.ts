import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';
import type { DatasetRef, Key } from '@/api/types';
import { changesKey } from './lists';
import { newKey, sendOnce } from './send-once';
import type { ChangeRequest, ChangeResponse, Outcome, Preview } from './types';

type Schemas = components['schemas'];

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
    // A confirmation belongs to one preview.
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });

/** Executes what was confirmed: once, however often it is sent. */
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

/** Executes a change that needs no confirmation by the user. */
export async function executeAtOnce(request: ChangeRequest): Promise<ChangeResponse> {
  return execute(request, await fetchPreview(request));
}

/** Undoes a change: all of it, or the rows with these keys. */
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
