import type { Filter } from './filter';
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
export type ExportFormat = Schemas['Format'];
/** What people can choose about a file; the server has a default for each. */
export type ExportOptions = Partial<Schemas['ExportOptions']>;
/** Why there are rows after the last one that can be reached. */
export type Incomplete = Schemas['Incomplete'];
/** The document has lists where there are pairs of row and column: not every generator of clients has pairs. */
export type Rows = Omit<Schemas['Page'], 'truncated'> & { truncated: [number, number][] };

/** A value of a row. */
export type Cell = Schemas['Cell'];
export type Key = Cell[];

/** A view as the page keeps it. Its filter may be half written, or text that only the server can judge. */
export interface View {
  columns?: string[];
  filter?: Filter;
  sort?: Sort[];
  search?: string;
}

export type SavedView = Omit<Schemas['SavedView'], 'view'> & { view: View };

export interface ExportRequest {
  view: View;
  format: ExportFormat;
  options?: ExportOptions;
  file_name?: string;
  keys?: Key[];
}

/** Which dataset of which source, as the address names it. */
export interface DatasetRef {
  source: string;
  dataset: string;
}
