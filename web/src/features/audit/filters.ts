/** The filters of the audit, as they are in the address. Days are those of the reader's clock. */
export interface AuditFilters {
  action?: string;
  person?: string;
  source?: string;
  dataset?: string;
  from?: string;
  to?: string;
  search?: string;
}

const PARAMETERS = ['action', 'person', 'source', 'dataset', 'from', 'to', 'search'] as const;

export function readAuditFilters(raw: Record<string, unknown>): AuditFilters {
  const filters: AuditFilters = {};
  for (const name of PARAMETERS) {
    const value = raw[name];
    if (typeof value === 'string' && value !== '') filters[name] = value;
  }
  // The two go together.
  if (filters.source === undefined || filters.dataset === undefined) {
    delete filters.source;
    delete filters.dataset;
  }
  return filters;
}
