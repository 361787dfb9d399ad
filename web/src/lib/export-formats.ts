import type { ExportFormat, ExportOptions } from '@/api/types';

interface FormatDescription {
  label: string;
  about: string;
  /** The ending of its file names. */
  extension: string;
  /** The options that it has. */
  options: readonly (keyof ExportOptions)[];
}

const TEXT_OPTIONS = ['null', 'dates', 'decimal', 'compress'] as const;

/** Every format of a file, in the order in which it is offered. A new one of the API does not compile until it stands here. */
export const EXPORT_FORMATS: Record<ExportFormat, FormatDescription> = {
  csv: {
    label: 'CSV',
    about: 'Opens everywhere',
    extension: 'csv',
    options: ['header', 'delimiter', 'bom', 'raw', ...TEXT_OPTIONS],
  },
  xlsx: {
    label: 'Excel',
    about: 'Formatted workbook',
    extension: 'xlsx',
    options: ['header', 'raw', 'sheet_by'],
  },
  json: { label: 'JSON', about: 'One document', extension: 'json', options: ['compress'] },
  ndjson: { label: 'NDJSON', about: 'One JSON object per line', extension: 'ndjson', options: ['compress'] },
  tsv: {
    label: 'TSV',
    about: 'Tab-separated',
    extension: 'tsv',
    options: ['header', 'bom', 'raw', ...TEXT_OPTIONS],
  },
  parquet: { label: 'Parquet', about: 'For analysis tools', extension: 'parquet', options: [] },
  text: { label: 'Text', about: 'Tab-separated, no header', extension: 'txt', options: TEXT_OPTIONS },
};

export const FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as ExportFormat[];
