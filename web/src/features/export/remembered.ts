import type { ExportFormat, ExportOptions } from '@/api/types';
import { FORMAT_NAMES } from '@/lib/export-formats';
import { recall, remember } from '@/lib/storage';

export interface RememberedExport {
  format: ExportFormat;
  options: ExportOptions;
}

const NAME = 'export';

function isRemembered(value: unknown): value is RememberedExport {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('options' in value))
    return false;
  return (
    FORMAT_NAMES.some((format) => format === value.format) &&
    typeof value.options === 'object' &&
    value.options !== null
  );
}

export const recallExport = () =>
  recall<RememberedExport>(NAME, { format: 'csv', options: {} }, isRemembered);

/** The sheet column belongs to one dataset, and raw mode must be chosen anew each time: both are forgotten. */
export function rememberExport({ format, options }: RememberedExport) {
  const remembered = Object.fromEntries(
    Object.entries(options).filter(([name]) => name !== 'sheet_by' && name !== 'raw'),
  );
  remember(NAME, { format, options: remembered });
}
