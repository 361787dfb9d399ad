import type { Filter } from '@/lib/filter';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Source = Schemas['Source'];
export type DatasetName = Schemas['DatasetName'];
export type Dataset = Schemas['DatasetDescription'];
export type Column = Schemas['Column'];
export type ColumnType = Schemas['ColumnType'];
export type ColumnKind = ColumnType['kind'];
export type ForeignKey = Schemas['ForeignKey'];
export type Reference = Schemas['Referring'];
export type Sort = Schemas['Sort'];
export type Landmarks = Schemas['Landmarks'];
export type Count = Schemas['Count'];
export type CountMode = Schemas['CountMode'];
export type Preset = Schemas['ColumnPreset'];
export type ExportPlan = Schemas['ExportPlan'];
export type ExportFormat = 'csv' | 'tsv' | 'json' | 'ndjson' | 'xlsx' | 'parquet' | 'text';

// What OpenAPI can only call "any value" has its form here.

/** A value of a row. */
export type Cell = string | number | boolean | null;
export type Key = Cell[];

export interface View {
  columns?: string[];
  filter?: Filter;
  sort?: Sort[];
  search?: string;
}

export type Rows = Omit<Schemas['Page'], 'rows' | 'cursor' | 'order'> & {
  rows: Cell[][];
  cursor: string | null;
  order: 'total' | 'none';
};

export type SavedView = Omit<Schemas['SavedView'], 'view'> & { view: View };

export interface ExportRequest {
  view: View;
  format: ExportFormat;
  options?: ExportOptions;
  file_name?: string;
  keys?: Key[];
}

/** What people can choose about a file; the server has a default for each. */
export type ExportOptions = Partial<Omit<Schemas['ExportOptions'], 'dates' | 'decimal'>> & {
  dates?: 'iso' | 'dotted' | 'day_first' | 'month_first';
  decimal?: 'point' | 'comma';
};

/** Which dataset of which source, as the address names it. */
export interface DatasetRef {
  source: string;
  dataset: string;
}
