import { client, unwrap } from './client';
import type { components } from './schema';
import type { DatasetRef, ExportFormat, ExportRequest } from './types';

type Schemas = components['schemas'];

export type RunState = Schemas['RunState'];
export type RunProgress = Schemas['RunProgress'];
export type Artifact = Schemas['Artifact'];

export type RunKind = Schemas['RunKind'];

/** What is asked for with each kind of run. */
interface RunRequests extends Record<RunKind, object> {
  export: { format?: ExportFormat | null; file_name?: string | null };
  subject_export: { subject: string; value: string; format?: ExportFormat };
  change: { change_set: string };
}

/** A run of one kind, with the request of that kind. */
export type RunOf<K extends RunKind> = Omit<Schemas['Run'], 'kind' | 'request'> & {
  kind: K;
  request: RunRequests[K];
};

/** A run of any kind: `kind` tells what its request is. */
export type Run = { [K in RunKind]: RunOf<K> }[RunKind];

const KINDS: Record<RunKind, true> = { export: true, subject_export: true, change: true };

/** Whether this page knows the kind of a run: a later version of the server may have others. */
export function isKnownKind({ kind }: { kind: string }): boolean {
  return kind in KINDS;
}

const answerRun = async (answer: Promise<unknown>): Promise<Run> => (await answer) as Run;

/** A kind of person that one may have an archive about. */
export type SubjectKind = Schemas['SubjectKind'];
export type SubjectRequest = Schemas['SubjectRequest'];

export type RunsPage = Omit<Schemas['RunList'], 'runs'> & { runs: Run[] };

/** Which runs of the history. */
export interface RunFilters {
  /** Those of all users, for administrators. */
  everyone?: boolean;
  state?: RunState;
  source?: string;
  dataset?: string;
}

export const EVENTS = '/api/v1/events';

export function startExport(ref: DatasetRef, request: ExportRequest): Promise<Run> {
  // The document says less of keys and filters than our own types do.
  const body: object = request;
  return answerRun(
    unwrap(
      client.POST('/api/v1/sources/{source}/datasets/{dataset}/exports', {
        params: { path: { ...ref } },
        body,
      }),
    ),
  );
}

export async function fetchSubjects(signal?: AbortSignal): Promise<SubjectKind[]> {
  return (await unwrap(client.GET('/api/v1/subjects', { ...(signal && { signal }) }))).subjects;
}

export function startSubjectExport(body: SubjectRequest): Promise<Run> {
  return answerRun(unwrap(client.POST('/api/v1/subject-exports', { body })));
}

export async function fetchRuns(
  filters: RunFilters = {},
  before?: string,
  signal?: AbortSignal,
  limit = 50,
): Promise<RunsPage> {
  const query = { limit, ...filters, ...(before !== undefined && { before }) };
  const page = await unwrap(client.GET('/api/v1/runs', { params: { query }, ...(signal && { signal }) }));
  return { ...page, runs: page.runs.filter(isKnownKind) as unknown as Run[] };
}

const path = (id: string) => ({ params: { path: { id } } });

export function fetchRun(id: string): Promise<Run> {
  return answerRun(unwrap(client.GET('/api/v1/runs/{id}', path(id))));
}

export function cancelRun(id: string): Promise<Run> {
  return answerRun(unwrap(client.POST('/api/v1/runs/{id}/cancel', path(id))));
}

export function repeatRun(id: string): Promise<Run> {
  return answerRun(unwrap(client.POST('/api/v1/runs/{id}/rerun', path(id))));
}

export async function deleteRun(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/runs/{id}', path(id)));
}

/** Where the run's file can be downloaded for a while. */
export async function fetchLink(id: string): Promise<string> {
  return (await unwrap(client.POST('/api/v1/runs/{id}/link', path(id)))).url;
}

export function isUnderWay({ state }: Pick<Run, 'state'>): boolean {
  return state === 'queued' || state === 'running' || state === 'cancelling';
}
