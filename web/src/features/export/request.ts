import type { DatasetRef, ExportFormat, ExportOptions, ExportRequest, Key, View } from '@/api/types';
import { EXPORT_FORMATS } from '@/lib/export-formats';
import { fromView, stringifySearch, toSearch } from '@/lib/address';

export type Scope = 'view' | 'everything' | 'selected';

/** Longer addresses are refused by some servers and proxies: then the request travels as a form. */
export const MAX_LINK = 6000;

export function fits(format: ExportFormat, option: keyof ExportOptions): boolean {
  // In which order rows come concerns no format.
  return option === 'order' || EXPORT_FORMATS[format].options.includes(option);
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
    order: 'total',
  };
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => {
      const option = name as keyof ExportOptions;
      return fits(format, option) && value !== usual[option];
    }),
  );
}

/** How a file is delivered; `auto` leaves it to the server. */
export type Delivery = 'auto' | 'direct' | 'streamed' | 'background';

export interface DeliveredRequest extends ExportRequest {
  tier?: Delivery;
}

export const DELIVERIES: readonly { value: Delivery; label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'direct', label: 'Immediately' },
  { value: 'streamed', label: 'Stream' },
  { value: 'background', label: 'In the background' },
];

interface RequestInput {
  scope: Scope;
  view: View;
  columns: string[];
  keys: Key[];
  format: ExportFormat;
  options: ExportOptions;
  delivery?: Delivery;
  fileName: string | undefined;
}

export function buildRequest({
  scope,
  view,
  columns,
  keys,
  format,
  options,
  delivery = 'auto',
  fileName,
}: RequestInput): DeliveredRequest {
  const rows: View =
    scope === 'view' ? { ...view } : scope === 'selected' && view.sort ? { sort: view.sort } : {};
  return {
    view: { ...rows, columns },
    format,
    options: fittingOptions(format, options),
    ...(fileName !== undefined && { file_name: fileName }),
    ...(scope === 'selected' && { keys }),
    ...(delivery !== 'auto' && { tier: delivery }),
  };
}

export function exportPath({ source, dataset }: DatasetRef): string {
  return `/api/v1/sources/${encodeURIComponent(source)}/datasets/${encodeURIComponent(dataset)}/export`;
}

/** The address of the file, if the request fits into one. What it leads to is a download, never a run. */
export function exportLink(ref: DatasetRef, request: DeliveredRequest): string | undefined {
  if (request.keys) return undefined;
  const options = Object.fromEntries(
    Object.entries(request.options ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const query = stringifySearch({
    format: request.format,
    ...toSearch(fromView(request.view)),
    ...options,
    ...downloadTier(request),
    ...(request.file_name !== undefined && { file_name: request.file_name }),
  });
  const link = exportPath(ref) + query;
  return link.length < MAX_LINK ? link : undefined;
}

function downloadTier({ tier }: DeliveredRequest): { tier?: Delivery } {
  return tier === 'direct' || tier === 'streamed' ? { tier } : {};
}

/** The same export on a command line, as a download. */
export function exportCurl(
  origin: string,
  ref: DatasetRef,
  request: DeliveredRequest,
  /** Whether users sign in: a command line uses an API key then. */
  signedIn: boolean,
): string {
  const link = exportLink(ref, request);
  const who = signedIn ? '-H "Authorization: Bearer $ROWPORT_KEY" ' : '';
  if (link !== undefined) return `curl -fOJ ${who}${shellQuote(origin + link)}`;
  // What is undefined is left out.
  const download = { ...request, tier: undefined, ...downloadTier(request) };
  const body = shellQuote(JSON.stringify(download));
  return `curl -fOJ ${who}-H 'Content-Type: application/json' --data-raw ${body} ${shellQuote(origin + exportPath(ref))}`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
