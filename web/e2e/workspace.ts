import type { Page } from 'playwright-core';
import { base, gridReady, PATIENCE } from './browser';

/** Which datasets the tests work on: found out from the server, so that its workspace may grow. */
export interface Workspace {
  /** Who the server takes us for. */
  principal: string;
  source: string;
  /** The one with the most rows. */
  big: string;
  /** One with a foreign key, a text column, and rows. */
  child: string;
  datasets: Map<string, Dataset>;
}

export interface Dataset {
  label: string;
  key: string[];
  columns: { name: string; label: string; type: { kind: string; values?: string[] } }[];
  foreign_keys: { columns: string[]; references: { table: string }; referenced_columns: string[] }[];
  referring: { dataset: string; foreign_key: { columns: string[] } }[];
  estimated_rows?: number;
}

interface Summary {
  name: string;
  estimated_rows?: number | null;
  problem?: unknown;
}

export async function getJson<T>(path: string, body?: unknown): Promise<T> {
  const started = Date.now();
  for (;;) {
    const answer = await fetch(base + path, {
      ...(body !== undefined && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    });
    if (answer.ok) return (await answer.json()) as T;
    const text = await answer.text();
    // On a slow machine another change may hold the example's file for longer than the server waits for it.
    if (!text.includes('"source_busy"') || Date.now() - started > PATIENCE)
      throw new Error(`${path}: ${answer.status} ${text}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

export const api = (source: string, dataset: string, rest = '') =>
  `/api/v1/sources/${encodeURIComponent(source)}/datasets/${encodeURIComponent(dataset)}${rest}`;

export async function findWorkspace(): Promise<Workspace> {
  const { sources } = await getJson<{ sources: { name: string; datasets: Summary[] }[] }>('/api/v1/sources');
  const source = sources.find((each) => each.datasets.length > 0);
  if (!source) throw new Error('The server has no dataset.');
  const datasets = new Map<string, Dataset>();
  for (const { name } of source.datasets) datasets.set(name, await getJson<Dataset>(api(source.name, name)));
  const bySize = [...source.datasets].sort((a, b) => (b.estimated_rows ?? 0) - (a.estimated_rows ?? 0));
  const big = bySize[0]?.name;
  const child = bySize.find(({ name, estimated_rows }) => {
    const dataset = datasets.get(name);
    const rows = estimated_rows ?? 0;
    return (
      dataset &&
      rows > 0 &&
      rows < 50_000 &&
      dataset.key.length > 0 &&
      dataset.foreign_keys.length > 0 &&
      textColumn(dataset) !== undefined
    );
  })?.name;
  if (big === undefined || child === undefined)
    throw new Error('The workspace has no dataset that fits the tests.');
  const { principal } = await getJson<{ principal: string }>('/api/v1/session');
  return { principal, source: source.name, big, child, datasets };
}

export function textColumn(dataset: Dataset): string | undefined {
  const referenced = dataset.foreign_keys.flatMap((each) => each.columns);
  return dataset.columns.find(
    (each) =>
      each.type.kind === 'text' && !dataset.key.includes(each.name) && !referenced.includes(each.name),
  )?.name;
}

export async function count(source: string, dataset: string, view: unknown): Promise<number> {
  return (await getJson<{ count: number }>(api(source, dataset, '/count'), { view, mode: 'exact' })).count;
}

export async function openDataset(page: Page, source: string, dataset: string, query = '') {
  await page.goto(`/datasets/${encodeURIComponent(source)}/${encodeURIComponent(dataset)}${query}`);
  await gridReady(page);
}

/** The texts of the first rows, cell by cell. */
export function firstRows(page: Page, rows = 10): Promise<string[]> {
  return page.$$eval(
    '[role=grid] [role=row][data-row]',
    (lines, count) =>
      lines
        .filter((line) => Number(line.getAttribute('data-row')) < count)
        .map((line) =>
          [...line.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent).join('|'),
        ),
    rows,
  );
}
