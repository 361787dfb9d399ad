import type { components } from './schema';

type Schemas = components['schemas'];

export type Source = Schemas['Source'];
export type DatasetSummary = Schemas['DatasetSummary'];
export type DatasetName = Schemas['DatasetName'];
export type Dataset = Schemas['Dataset'];
export type Column = Schemas['Column'];
export type ColumnType = Schemas['ColumnType'];
export type ColumnKind = ColumnType['kind'];
export type ForeignKey = Schemas['ForeignKey'];
export type Reference = Schemas['Reference'];
export type View = Schemas['View'];
export type Sort = Schemas['Sort'];
export type Rows = Schemas['Rows'];
export type Landmarks = Schemas['Landmarks'];
export type Count = Schemas['Count'];
export type Preset = Schemas['Preset'];
export type SavedView = Schemas['SavedView'];
export type ExportRequest = Schemas['ExportRequest'];
export type ExportOptions = Schemas['ExportOptions'];
export type ExportPlan = Schemas['ExportPlan'];
export type ExportFormat = ExportRequest['format'];
export type Cell = Rows['rows'][number][number];
export type Key = Cell[];

/** Which dataset of which source, as the address names it. */
export interface DatasetRef {
  source: string;
  dataset: string;
}
