import type { Page } from 'playwright-core';
import { api, count, getJson, openDataset, type Workspace } from './workspace';

interface Sent {
  selection: { keys?: unknown[][]; view?: { except?: unknown[][] } };
}

/** The largest dataset of moderate size with a key of one column, a reference, and none that refers to it. */
export async function ownDataset(demo: Workspace) {
  const referred = [...demo.datasets.values()].flatMap(({ foreign_keys: keys }) =>
    keys.map(({ references }) => references.table),
  );
  let found: { name: string; rows: number } | undefined;
  for (const [name, { key, foreign_keys: keys }] of demo.datasets) {
    if (key.length !== 1 || keys.length === 0 || referred.includes(name)) continue;
    const rows = await count(demo.source, name, {});
    if (rows <= 50_000 && rows > (found?.rows ?? 100)) found = { name, rows };
  }
  if (!found) throw new Error('The workspace has no dataset whose rows can be deleted.');
  const own = found.name;
  const parent = demo.datasets.get(own)?.foreign_keys[0]?.references.table ?? '';
  return { own, parent, column: nullableText(demo, own) };
}

/** A text column, one that may be empty where there is one: others may have rules about what they hold. */
export function nullableText(demo: Workspace, dataset: string): string {
  const texts = demo.datasets.get(dataset)?.columns.filter(({ type }) => type.kind === 'text') ?? [];
  return (texts.find((each) => 'nullable' in each && each.nullable === true) ?? texts[0])?.name ?? '';
}

/** The keys of the first rows, by key. */
export async function firstKeys(demo: Workspace, dataset: string, count: number): Promise<unknown[]> {
  const [key = ''] = demo.datasets.get(dataset)?.key ?? [];
  const view = { columns: [key], sort: [{ column: key }] };
  const page = await getJson<{ rows: unknown[][] }>(api(demo.source, dataset, '/rows'), {
    view,
    limit: count,
  });
  return page.rows.map(([value]) => value);
}

/** Opens so many rows of a dataset and no others, in the order of their keys. */
export async function openFew(page: Page, demo: Workspace, dataset: string, count: number) {
  const keys = await firstKeys(demo, dataset, count);
  const [column = ''] = demo.datasets.get(dataset)?.key ?? [];
  const filter = { column, op: 'le', value: keys.at(-1) };
  await openDataset(page, demo.source, dataset, `?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  return { keys, view: { filter } };
}

/** Opens the rows of a dataset up to a key, which is a number, and says how many there are. */
export async function openUpTo(page: Page, demo: Workspace, dataset: string, last: number): Promise<number> {
  const [column = ''] = demo.datasets.get(dataset)?.key ?? [];
  const filter = { column, op: 'le', value: last };
  await openDataset(page, demo.source, dataset, `?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  return count(demo.source, dataset, { filter });
}

export const pick = (page: Page, row: number, modifiers: ('Shift' | 'Control')[] = []) =>
  page.getByRole('checkbox', { name: `Select row ${row}`, exact: true }).click({ modifiers });

/** What the page asks for when it looks at what a deletion would do. */
export async function openDelete(page: Page): Promise<Sent['selection']> {
  const asked = page.waitForRequest((request) => request.url().endsWith('/bulk/delete/preview'));
  await page.getByRole('button', { name: 'Delete…' }).click();
  return ((await asked).postDataJSON() as Sent).selection;
}

/** Types the number and does it. */
export async function confirm(page: Page, verb: string, rows: number) {
  const number = rows.toLocaleString('en');
  await page.getByLabel(`Type ${number} to confirm`).fill(String(rows));
  await page.getByRole('button', { name: `${verb} ${number} row` }).click();
}

async function byApi(demo: Workspace, dataset: string, action: string, body: object): Promise<string> {
  const path = api(demo.source, dataset, `/bulk/${action}`);
  const { confirmation } = await getJson<{ confirmation: string }>(`${path}/preview`, body);
  return (await getJson<{ change_set: string }>(path, { ...body, confirmation })).change_set;
}

export const deleteByApi = (demo: Workspace, dataset: string, ...keys: unknown[]) =>
  byApi(demo, dataset, 'delete', { selection: { keys: keys.map((key) => [key]) } });

export const setByApi = (
  demo: Workspace,
  dataset: string,
  keys: readonly unknown[],
  column: string,
  value: string,
) =>
  byApi(demo, dataset, 'set', {
    selection: { keys: keys.map((key) => [key]) },
    fields: [{ column, to: { value } }],
  });

export async function undoByApi(demo: Workspace, dataset: string, changeSet: string) {
  await getJson(api(demo.source, dataset, `/changes/${changeSet}/undo`), {});
}

/** How many rows are in the trash. */
export async function trashed(demo: Workspace, dataset: string): Promise<number> {
  const page = await getJson<{ all: { rows: number } }>(api(demo.source, dataset, '/trash'));
  return page.all.rows;
}

/** Takes everything out of the trash, so that the next test begins with an empty one. */
export async function restoreAll(demo: Workspace, dataset: string) {
  if ((await trashed(demo, dataset)) === 0) return;
  await byApi(demo, dataset, 'restore', { selection: { view: { view: {} } } });
  while ((await trashed(demo, dataset)) > 0) await new Promise((done) => setTimeout(done, 200));
}

export async function openTrash(page: Page, demo: Workspace, dataset: string, search = '') {
  await page.goto(`/datasets/${demo.source}/${dataset}/trash?search=${encodeURIComponent(search)}`);
  await page.getByRole('checkbox').first().waitFor();
}
