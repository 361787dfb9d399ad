import type { DatasetRef, ExportFormat, ExportOptions, ExportRequest, Key, View } from '@/api/types';
import { fromView, stringifySearch, toSearch } from '@/lib/address';

export type Scope = 'view' | 'everything' | 'selected';

/** Longer addresses are refused by some servers and proxies: then the request travels as a form. */
export const MAX_LINK = 6000;

export const FORMATS: readonly { value: ExportFormat; label: string; about: string; extension: string }[] = [
  { value: 'csv', label: 'CSV', about: 'Opens everywhere', extension: 'csv' },
  { value: 'xlsx', label: 'Excel', about: 'Formatted workbook', extension: 'xlsx' },
  { value: 'json', label: 'JSON', about: 'One document', extension: 'json' },
  { value: 'ndjson', label: 'NDJSON', about: 'A document a line', extension: 'ndjson' },
  { value: 'tsv', label: 'TSV', about: 'Tab-separated', extension: 'tsv' },
  { value: 'parquet', label: 'Parquet', about: 'For analysis tools', extension: 'parquet' },
  { value: 'text', label: 'Text', about: 'Plain list', extension: 'txt' },
];

const FITTING: Record<ExportFormat, readonly (keyof ExportOptions)[]> = {
  csv: ['header', 'delimiter', 'null', 'dates', 'decimal', 'bom', 'raw', 'compress'],
  tsv: ['header', 'null', 'dates', 'decimal', 'bom', 'raw', 'compress'],
  json: ['compress'],
  ndjson: ['compress'],
  xlsx: ['header', 'raw', 'sheet_by'],
  parquet: [],
  text: ['null', 'dates', 'decimal', 'compress'],
};

export function fits(format: ExportFormat, option: keyof ExportOptions): boolean {
  return FITTING[format].includes(option);
}

/** Only the options that the format knows and that differ from what the server does anyway. */
export function fittingOptions(format: ExportFormat, options: ExportOptions): ExportOptions {
  const usual: ExportOptions = {
    header: 'names',
    delimiter: ',',
    null: '',
    dates: 'iso',
    decimal: 'point',
    bom: false,
    raw: false,
  };
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => {
      const option = name as keyof ExportOptions;
      return fits(format, option) && value !== usual[option];
    }),
  );
}

interface RequestInput {
  scope: Scope;
  view: View;
  columns: string[];
  keys: Key[];
  format: ExportFormat;
  options: ExportOptions;
  fileName: string | undefined;
}

export function buildRequest({
  scope,
  view,
  columns,
  keys,
  format,
  options,
  fileName,
}: RequestInput): ExportRequest {
  const rows: View =
    scope === 'view' ? { ...view } : scope === 'selected' && view.sort ? { sort: view.sort } : {};
  return {
    view: { ...rows, columns },
    format,
    options: fittingOptions(format, options),
    ...(fileName !== undefined && { file_name: fileName }),
    ...(scope === 'selected' && { keys }),
  };
}

export function exportPath({ source, dataset }: DatasetRef): string {
  return `/api/v1/sources/${encodeURIComponent(source)}/datasets/${encodeURIComponent(dataset)}/export`;
}

/** The address of the file, if the request fits into one. */
export function exportLink(ref: DatasetRef, request: ExportRequest): string | undefined {
  if (request.keys) return undefined;
  const options = Object.fromEntries(
    Object.entries(request.options ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const query = stringifySearch({
    format: request.format,
    ...toSearch(fromView(request.view)),
    ...options,
    ...(request.file_name !== undefined && { file_name: request.file_name }),
  });
  const link = exportPath(ref) + query;
  return link.length < MAX_LINK ? link : undefined;
}

/** The same export on a command line. */
export function exportCurl(origin: string, ref: DatasetRef, request: ExportRequest): string {
  const link = exportLink(ref, request);
  if (link !== undefined) return `curl -fOJ ${shellQuote(origin + link)}`;
  const body = shellQuote(JSON.stringify(request));
  return `curl -fOJ -H 'Content-Type: application/json' --data-raw ${body} ${shellQuote(origin + exportPath(ref))}`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
