import { client, unwrap } from '@/api/client';
import type { components, operations } from '@/api/schema';
import { dayBounds } from '@/lib/dates';
import type { AuditFilters } from './filters';

type Schemas = components['schemas'];

/** The details of an event, by its action. */
export type AuditDetail = Record<string, unknown>;
export type AuditEvent = Omit<Schemas['AuditEvent'], 'detail'> & { detail: AuditDetail | null };
export interface AuditPage {
  events: AuditEvent[];
  next?: number | null;
}

type Query = NonNullable<operations['list_audit']['parameters']['query']>;

/** The filters as the API takes them. A day that is none asks for nothing. */
export function auditQuery({ person, from, to, ...filters }: AuditFilters): Query {
  const start = from === undefined ? undefined : dayBounds(from)?.start;
  const end = to === undefined ? undefined : dayBounds(to)?.end;
  return {
    ...filters,
    ...(person !== undefined && { principal: person }),
    ...(start !== undefined && { from: start }),
    ...(end !== undefined && { to: end }),
  };
}

export function fetchAudit(
  filters: AuditFilters,
  before: number | undefined,
  signal: AbortSignal,
): Promise<AuditPage> {
  const query = { ...auditQuery(filters), limit: 50, ...(before !== undefined && { before }) };
  return unwrap(client.GET('/api/v1/audit', { params: { query }, signal }));
}

/** Where all events that fit can be downloaded, whichever are shown. */
export function auditExportHref(filters: AuditFilters): string {
  const query = new URLSearchParams(
    Object.entries(auditQuery(filters)).map(([name, value]) => [name, String(value)]),
  );
  const text = query.toString();
  return text === '' ? '/api/v1/audit/export' : `/api/v1/audit/export?${text}`;
}
