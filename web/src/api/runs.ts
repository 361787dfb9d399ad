import { client, unwrap } from './client';
import type { components } from './schema';
import type { DatasetRef, ExportFormat, ExportRequest } from './types';

type Schemas = components['schemas'];

export type RunState = Schemas['RunState'];
export type RunProgress = Schemas['RunProgress'];
export type Artifact = Schemas['Artifact'];

/** A run as the server tells it. Its request is that of an export, of everything about one person, or of a change. */
export type Run = Omit<Schemas['Run'], 'request'> & {
  request: {
    format?: ExportFormat | null;
    file_name?: string | null;
    subject?: string;
    value?: string;
    change_set?: string;
  };
};

/** A kind of person that one may have an archive about. */
export type SubjectKind = Schemas['SubjectKind'];
export type SubjectRequest = Schemas['SubjectRequest'];

export type RunsPage = Omit<Schemas['RunList'], 'runs'> & { runs: Run[] };

/** Which runs of the history. */
export interface RunFilters {
  /** Those of everybody, for whoever administers Rowport. */
  everyone?: boolean;
  state?: RunState;
  source?: string;
  dataset?: string;
}

export const EVENTS = '/api/v1/events';

export function startExport(ref: DatasetRef, request: ExportRequest): Promise<Run> {
  // The document says less of keys and filters than our own types do.
  const body: object = request;
  return unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/exports', {
      params: { path: { ...ref } },
      body,
    }),
  );
}

export async function fetchSubjects(signal?: AbortSignal): Promise<SubjectKind[]> {
  return (await unwrap(client.GET('/api/v1/subjects', { ...(signal && { signal }) }))).subjects;
}

export function startSubjectExport(body: SubjectRequest): Promise<Run> {
  return unwrap(client.POST('/api/v1/subject-exports', { body }));
}

/** Whether it is about one person, rather than of one dataset. */
export function isAboutPerson({ kind }: Pick<Run, 'kind'>): boolean {
  return kind === 'subject_export';
}

export function fetchRuns(
  filters: RunFilters = {},
  before?: string,
  signal?: AbortSignal,
  limit = 50,
): Promise<RunsPage> {
  const query = { limit, ...filters, ...(before !== undefined && { before }) };
  return unwrap(client.GET('/api/v1/runs', { params: { query }, ...(signal && { signal }) }));
}

const path = (id: string) => ({ params: { path: { id } } });

export function fetchRun(id: string): Promise<Run> {
  return unwrap(client.GET('/api/v1/runs/{id}', path(id)));
}

export function cancelRun(id: string): Promise<Run> {
  return unwrap(client.POST('/api/v1/runs/{id}/cancel', path(id)));
}

export function repeatRun(id: string): Promise<Run> {
  return unwrap(client.POST('/api/v1/runs/{id}/rerun', path(id)));
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

/** Whether it changes rows, rather than making a file. */
export function isChange({ kind }: Pick<Run, 'kind'>): boolean {
  return kind === 'change';
}
