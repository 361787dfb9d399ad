/** Which events, as the address says it. Days are those of whoever looks. */
export interface AuditWanted {
  action?: string;
  person?: string;
  source?: string;
  dataset?: string;
  from?: string;
  to?: string;
  search?: string;
}

const PARAMETERS = ['action', 'person', 'source', 'dataset', 'from', 'to', 'search'] as const;

export function readAuditWanted(raw: Record<string, unknown>): AuditWanted {
  const wanted: AuditWanted = {};
  for (const name of PARAMETERS) {
    const value = raw[name];
    if (typeof value === 'string' && value !== '') wanted[name] = value;
  }
  // The two go together.
  if (wanted.source === undefined || wanted.dataset === undefined) {
    delete wanted.source;
    delete wanted.dataset;
  }
  return wanted;
}
