/**
 * Hand-written in the form that `npm run generate` writes, until `openapi.json` exists.
 */
export interface paths {
  '/api/v1/sources': {
    get: operations['list_sources'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}': {
    get: operations['get_dataset'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/rows': {
    post: operations['post_rows'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/count': {
    post: operations['post_count'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/landmarks': {
    post: operations['post_landmarks'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/export/plan': {
    post: operations['post_export_plan'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/views': {
    get: operations['list_views'];
    post: operations['create_view'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/views/{id}': {
    put: operations['update_view'];
    delete: operations['delete_view'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/presets': {
    get: operations['list_presets'];
    post: operations['create_preset'];
  };
  '/api/v1/sources/{source}/datasets/{dataset}/presets/{id}': {
    put: operations['update_preset'];
    delete: operations['delete_preset'];
  };
}
export interface components {
  schemas: {
    Problem: { type?: string; title: string; status: number; detail?: string; code: string; hint?: string };
    DatasetName: { schema?: string; table: string };
    DatasetSummary: {
      id: string;
      name: components['schemas']['DatasetName'];
      label: string;
      kind: 'table' | 'view';
      columns: number;
      key: string[];
      estimated_rows?: number;
    };
    Source: {
      name: string;
      label: string;
      kind: 'postgres' | 'mysql' | 'sqlite';
      datasets: components['schemas']['DatasetSummary'][];
      problem?: components['schemas']['Problem'];
    };
    Sources: { sources: components['schemas']['Source'][] };
    ColumnType:
      | { kind: 'boolean' }
      | { kind: 'integer'; width: string }
      | { kind: 'decimal'; precision?: number; scale?: number }
      | { kind: 'float'; bits: number }
      | { kind: 'text' }
      | { kind: 'enum'; values: string[] }
      | { kind: 'uuid' }
      | { kind: 'json' }
      | { kind: 'date' }
      | { kind: 'time' }
      | { kind: 'timestamp' }
      | { kind: 'timestamp_tz' }
      | { kind: 'interval' }
      | { kind: 'bytes' }
      | { kind: 'array' }
      | { kind: 'other' };
    Column: {
      name: string;
      label: string;
      type: components['schemas']['ColumnType'];
      native_type: string;
      nullable: boolean;
      default?: string;
      currency?: string;
      computed?: boolean;
    };
    ForeignKey: { columns: string[]; references: components['schemas']['DatasetName']; referenced_columns: string[] };
    Reference: { dataset: components['schemas']['DatasetName']; columns: string[]; referenced_columns: string[] };
    Preset: { id: string; name: string; columns: string[]; builtin?: boolean };
    Dataset: {
      name: components['schemas']['DatasetName'];
      label: string;
      kind: 'table' | 'view';
      columns: components['schemas']['Column'][];
      key: string[];
      foreign_keys: components['schemas']['ForeignKey'][];
      referenced_by: components['schemas']['Reference'][];
      presets: components['schemas']['Preset'][];
      estimated_rows?: number;
    };
    Sort: { column: string; descending?: boolean };
    View: { columns?: string[]; filter?: unknown; sort?: components['schemas']['Sort'][]; search?: string };
    RowsRequest: { view: components['schemas']['View']; cursor?: string; limit?: number };
    Rows: {
      columns: { name: string; label: string; type: components['schemas']['ColumnType'] }[];
      rows: (string | number | boolean | null)[][];
      cursor: string | null;
      order: 'total' | 'none';
      truncated?: number[][];
    };
    CountRequest: { view: components['schemas']['View']; mode?: 'quick' | 'exact' };
    Count: { count: number; exact: boolean };
    LandmarksRequest: { view: components['schemas']['View']; every?: number };
    Landmarks: { every: number; count: number; cursors: string[] };
    ExportOptions: {
      compress?: 'gzip' | 'zstd';
      raw?: boolean;
      header?: 'names' | 'labels' | 'none';
      delimiter?: string;
      bom?: boolean;
      null?: string;
      sheet_by?: string;
    };
    ExportRequest: {
      view: components['schemas']['View'];
      format: 'csv' | 'tsv' | 'json' | 'ndjson' | 'xlsx' | 'parquet' | 'text';
      options?: components['schemas']['ExportOptions'];
      limit?: number;
      tier?: 'auto' | 'direct' | 'streamed';
      file_name?: string;
      keys?: (string | number | boolean | null)[][];
    };
    ExportPlan: {
      rows: number;
      exact: boolean;
      tier: 'direct' | 'streamed';
      reason: string;
      estimated_bytes: number;
      file_name: string;
      media_type: string;
    };
    SavedView: { id: string; name: string; view: components['schemas']['View'] };
    SavedViews: { views: components['schemas']['SavedView'][] };
    NewView: { name: string; view: components['schemas']['View'] };
    Presets: { presets: components['schemas']['Preset'][] };
    NewPreset: { name: string; columns: string[] };
  };
}
interface DatasetPath {
  source: string;
  dataset: string;
}
interface Answer<T> {
  200: { content: { 'application/json': T } };
  default: { content: { 'application/problem+json': components['schemas']['Problem'] } };
}
interface Created<T> {
  201: { content: { 'application/json': T } };
  default: { content: { 'application/problem+json': components['schemas']['Problem'] } };
}
interface Gone {
  204: { content?: never };
  default: { content: { 'application/problem+json': components['schemas']['Problem'] } };
}
interface Post<B, T> {
  parameters: { path: DatasetPath };
  requestBody: { content: { 'application/json': B } };
  responses: Answer<T>;
}
interface Create<B, T> {
  parameters: { path: DatasetPath };
  requestBody: { content: { 'application/json': B } };
  responses: Created<T>;
}
interface Put<B, T> {
  parameters: { path: DatasetPath & { id: string } };
  requestBody: { content: { 'application/json': B } };
  responses: Answer<T>;
}
interface Delete {
  parameters: { path: DatasetPath & { id: string } };
  responses: Gone;
}
export interface operations {
  list_sources: { parameters: { path?: never }; responses: Answer<components['schemas']['Sources']> };
  get_dataset: { parameters: { path: DatasetPath }; responses: Answer<components['schemas']['Dataset']> };
  post_rows: Post<components['schemas']['RowsRequest'], components['schemas']['Rows']>;
  post_count: Post<components['schemas']['CountRequest'], components['schemas']['Count']>;
  post_landmarks: Post<components['schemas']['LandmarksRequest'], components['schemas']['Landmarks']>;
  post_export_plan: Post<components['schemas']['ExportRequest'], components['schemas']['ExportPlan']>;
  list_views: { parameters: { path: DatasetPath }; responses: Answer<components['schemas']['SavedViews']> };
  create_view: Create<components['schemas']['NewView'], components['schemas']['SavedView']>;
  update_view: Put<components['schemas']['NewView'], components['schemas']['SavedView']>;
  delete_view: Delete;
  list_presets: { parameters: { path: DatasetPath }; responses: Answer<components['schemas']['Presets']> };
  create_preset: Create<components['schemas']['NewPreset'], components['schemas']['Preset']>;
  update_preset: Put<components['schemas']['NewPreset'], components['schemas']['Preset']>;
  delete_preset: Delete;
}
