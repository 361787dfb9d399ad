import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, lookAt, LOOKS } from './axe';
import { launch, phone, visit } from './browser';
import { confirm, deleteByApi, firstKeys, openDelete, openTrash, pick, trashed, undoByApi } from './bulk';
import { api, count, getJson, openDataset, textColumn, findWorkspace, type Workspace } from './workspace';

interface Trash {
  marks: string[];
  all: { rows: number; soon: number; days: number };
  rows: { key: unknown[]; deleted_by?: string; until?: string }[];
}

let browser: Browser;
let demo: Workspace;
/** One whose deleted rows are marked, of which it has some. */
let own: string;
/** Its label. */
let label: string;
/** The keys of rows of it that nothing refers to; each is used once. */
let free: unknown[];

const trashOf = (dataset: string) => getJson<Trash>(api(demo.source, dataset, '/trash'));

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
  const marked: string[] = [];
  for (const name of demo.datasets.keys()) if ((await trashOf(name)).marks.length > 0) marked.push(name);
  own = marked[0] ?? '';
  const dataset = demo.datasets.get(own);
  if (!dataset) throw new Error('The workspace has no dataset whose rows are marked when they are deleted.');
  ({ label } = dataset);
  free = await firstKeys(demo, own, 200);
  for (const { dataset: other, foreign_key: key } of dataset.referring) {
    const [column = ''] = key.columns;
    const view = { columns: [column], filter: { column, op: 'in', values: free } };
    const page = await getJson<{ rows: unknown[][] }>(api(demo.source, other, '/rows'), {
      view,
      limit: 1000,
    });
    const referred = new Set(page.rows.map(([value]) => value));
    free = free.filter((each) => !referred.has(each));
  }
});
afterAll(() => browser.close());

async function withPage(options: BrowserContextOptions, steps: (page: Page) => Promise<void>) {
  const context = await visit(browser, options);
  await steps(await context.newPage());
  await context.close();
}

const box = (page: Page, key: unknown) =>
  page.getByRole('checkbox', { name: `Select ${String(key)}`, exact: true });

/** How many rows with this key are there, and not deleted. */
function living(key: unknown): Promise<number> {
  const [column = ''] = demo.datasets.get(own)?.key ?? [];
  return count(demo.source, own, { filter: { column, op: 'eq', value: key } });
}

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
])('%s', (_, options) => {
  test('a deleted row says in the trash who, when and for how long, is found there, and is restored', () =>
    withPage(options, async (page) => {
      const [key, other] = free.splice(0, 2);
      const dataset = demo.datasets.get(own);
      const [column = ''] = dataset?.key ?? [];
      const change = await deleteByApi(demo, own, other);
      const filter = { column, op: 'eq', value: key };
      await openDataset(page, demo.source, own, `?filter=${encodeURIComponent(JSON.stringify(filter))}`);
      const view = { columns: [dataset ? textColumn(dataset) : ''], filter };
      const found = await getJson<{ rows: string[][] }>(api(demo.source, own, '/rows'), { view });
      const text = found.rows[0]?.[0] ?? '';
      await pick(page, 1);
      await openDelete(page);
      await page.getByText('They will be moved to the trash').waitFor();
      await confirm(page, 'Delete', 1);
      await page.getByText('1 row deleted').waitFor();
      expect(await living(key)).toBe(0);

      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Trash' }).click();
      const { all, rows } = await trashOf(own);
      const who = rows.find((row) => row.key[0] === String(key))?.deleted_by ?? '';
      expect(who).not.toBe('');
      const words = `${who} ?(?:today|yesterday), \\d\\d:\\d\\d ${all.days} days left$`;
      await page.getByRole('row', { name: new RegExp(`^Select ${String(key)} .*${words}`) }).waitFor();

      await page.getByRole('searchbox', { name: 'Search trash' }).fill(text);
      await box(page, other).waitFor({ state: 'detached' });
      await box(page, key).click();
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await page.getByText('1 row restored').waitFor();
      await page.getByText('No matches').waitFor();
      expect([await living(key), await living(other)]).toEqual([1, 0]);
      await undoByApi(demo, own, change);
    }));

  test('marked rows are deleted for good once the word is typed, and no others', () =>
    withPage(options, async (page) => {
      const before = await trashed(demo, own);
      const keys = free.splice(0, 3);
      await deleteByApi(demo, own, ...keys);
      await openTrash(page, demo, own);
      await box(page, keys[0]).click();
      await box(page, keys[2]).click();
      await page.getByRole('button', { name: 'Permanently delete…' }).click();
      const button = page.getByRole('button', { name: 'Permanently delete 2 rows', exact: true });
      await page.getByLabel('Type DELETE to confirm').fill('2');
      expect(await button.isDisabled()).toBe(true);
      await page.getByLabel('Type DELETE to confirm').fill('DELETE');
      await button.click();
      await page.getByText('2 rows permanently deleted').waitFor();
      await box(page, keys[0]).waitFor({ state: 'detached' });
      expect(await trashed(demo, own)).toBe(before + 1);
      await box(page, keys[1]).click();
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await page.getByText('1 row restored').waitFor();
      expect(await Promise.all(keys.map(living))).toEqual([0, 1, 0]);
    }));

  test('rows that others marked long ago are warned of, here and in the settings', () =>
    withPage(options, async (page) => {
      const { all, rows } = await trashOf(own);
      const soon = rows.filter(({ until = '' }) => Date.parse(until) - Date.now() < 7 * 86_400_000);
      expect([all.soon, soon.length > 0]).toEqual([soon.length, true]);
      const warning = `${all.soon} rows will be permanently deleted within 7 days.`;
      await openTrash(page, demo, own);
      await page.getByText(warning).waitFor();
      // One list: the changes that marked them are unknown.
      expect(await page.getByRole('button', { name: /^Restore all/ }).count()).toBe(0);
      expect(await page.getByRole('columnheader', { name: /^deleted_/ }).count()).toBe(0);
      const last = String(soon.at(-1)?.key[0]);
      await page.getByRole('row', { name: new RegExp(`^Select ${last} .* [0-6] days? left$`) }).waitFor();
      await page.goto('/settings/trash');
      await page.getByText(warning).waitFor();
      await page.getByRole('row', { name: new RegExp(`^${label} ${all.rows} ${all.soon}$`) }).waitFor();
    }));
});

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  test('in a trash of marked rows and the overview', () =>
    lookAt(browser, options, 'overview of the trash', async (page) => {
      await openTrash(page, demo, own);
      await page.getByText(/^[\d,]+ rows will be permanently deleted/).waitFor();
      await expectAccessible(page, 'marked rows');
      await page.goto('/settings/trash');
      await page.getByText(/^[\d,]+ rows will be permanently deleted/).waitFor();
    }));
});
