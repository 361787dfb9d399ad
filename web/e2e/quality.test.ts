import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, lookAt, LOOKS } from './axe';
import { launch } from './browser';
import { firstKeys, nullableText, setByApi, undoByApi } from './bulk';
import { runsInEveryState } from './runs';
import { api, findWorkspace, getJson, openDataset, textColumn, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
});
afterAll(() => browser.close());

/** Gives the first row a history, which the audit has a moment after the change. */
async function changeFirstRow() {
  const [key] = await firstKeys(demo, demo.child, 1);
  const change = await setByApi(demo, demo.child, [key], nullableText(demo, demo.child), 'with a history');
  await undoByApi(demo, demo.child, change);
  const path = api(demo.source, demo.child, `/history?key=${encodeURIComponent(JSON.stringify([key]))}`);
  await expect
    .poll(async () => (await getJson<{ changes: unknown[] }>(path)).changes.length)
    .toBeGreaterThan(1);
}

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  const see = (what: string, steps: (page: Page) => Promise<void>) => lookAt(browser, options, what, steps);
  const child =
    (query = '') =>
    (page: Page) =>
      openDataset(page, demo.source, demo.child, query);

  test('datasets', () =>
    see('datasets', async (page) => {
      await page.goto('/');
      await page.getByRole('region', { name: 'All datasets' }).getByRole('table').first().waitFor();
    }));
  test('grid', () => see('grid', child()));
  test('grid with selection, filters and sort', () =>
    see('selection', async (page) => {
      const column =
        textColumn(
          demo.datasets.get(demo.child) ?? {
            label: '',
            key: [],
            columns: [],
            foreign_keys: [],
            referring: [],
          },
        ) ?? '';
      const filter = { and: [{ column, op: 'contains', value: 'a' }, { not: { column, op: 'is_null' } }] };
      await child(`?sort=${column}&filter=${encodeURIComponent(JSON.stringify(filter))}`)(page);
      await page.getByRole('checkbox', { name: 'Select row 2', exact: true }).click();
    }));
  test('no match', () =>
    see('no match', async (page) => {
      await page.goto(`/datasets/${demo.source}/${demo.child}?search=nothing-has-this`);
      await page.getByText('No rows match').waitFor();
    }));
  test('refused view', () =>
    see('refused', async (page) => {
      await page.goto(`/datasets/${demo.source}/${demo.child}?sort=no_such_column`);
      await page.getByText('Try again').waitFor();
    }));
  test('unknown dataset', () =>
    see('unknown', async (page) => {
      await page.goto(`/datasets/${demo.source}/no_such_dataset`);
      await page.getByText('Try again').waitFor();
    }));
  test('row detail', () =>
    see('detail', async (page) => {
      await changeFirstRow();
      await child()(page);
      await page.getByRole('button', { name: 'Open row 1', exact: true }).click({ force: true });
      await page.getByRole('region', { name: 'Related rows' }).waitFor();
      await page.getByRole('region', { name: 'Related rows' }).getByRole('link').first().waitFor();
      await page.getByRole('region', { name: 'History' }).waitFor();
    }));
  test('filter editor', () =>
    see('filter', async (page) => {
      await child()(page);
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByRole('combobox', { name: 'Filter by column…' }).waitFor();
      await expectAccessible(page, 'filter: choice of column');
      await page.getByRole('option').first().click();
      await page.getByRole('button', { name: 'Apply' }).waitFor();
    }));
  test('column chooser', () =>
    see('columns', async (page) => {
      await child()(page);
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.getByText('Presets').waitFor();
    }));
  test('column menu', () =>
    see('menu', async (page) => {
      await child()(page);
      await page
        .getByRole('button', { name: /^Column .*: menu$/ })
        .first()
        .click();
      await page.getByRole('menu').waitFor();
    }));
  test('saved views', () =>
    see('views', async (page) => {
      await child()(page);
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByRole('button', { name: 'Save this view…' }).waitFor();
      await expectAccessible(page, 'views menu');
      await page.getByRole('button', { name: 'Save this view…' }).click();
      await page.getByRole('dialog', { name: 'Save this view' }).waitFor();
    }));
  test('export', () =>
    see('export', async (page) => {
      await child()(page);
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByText(/rows? · about/).waitFor();
      for (const format of ['Excel', 'Parquet', 'JSON']) {
        await page.getByRole('radio', { name: new RegExp(`^${format}`) }).check({ force: true });
        await expectAccessible(page, `export: ${format}`);
      }
      await page.getByRole('combobox', { name: 'Columns' }).selectOption('custom');
    }));
  test('exports', () =>
    see('exports', async (page) => {
      // Every state at once, whatever the server has been asked for so far.
      await page.route('**/api/v1/runs?*', (route) => route.fulfill({ json: runsInEveryState(demo) }));
      await page.goto('/exports');
      await page.getByText('The database went away.').waitFor();
      await page.getByText('attempt 2').waitFor();
      await page.getByText('Exporting 450 of 1,200 rows').waitFor();
      await page.getByText('file expired').waitFor();
      await expectAccessible(page, 'exports: list');
      await page.getByRole('button', { name: /exports in progress/ }).click();
      await page.getByRole('link', { name: 'All exports' }).waitFor();
      await expectAccessible(page, 'exports: badge');
      await page.keyboard.press('Escape');
      await page.getByText('My exports in the last 14 days').click();
      await page.getByText('33% of 3 exports').waitFor();
      await expectAccessible(page, 'exports: charts');
      await page
        .getByRole('button', { name: /^Delete / })
        .first()
        .click();
      await page.getByRole('dialog', { name: 'Delete export?' }).waitFor();
    }));
  test('no exports', () =>
    see('no exports', async (page) => {
      await page.route('**/api/v1/runs?*', (route) => route.fulfill({ json: { runs: [], next: null } }));
      await page.goto('/exports');
      await page.getByText('No exports yet').waitFor();
    }));
  test('switcher and shortcuts', () =>
    see('switcher', async (page) => {
      await page.goto('/');
      await page.getByRole('region', { name: 'All datasets' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Go to a dataset…' }).waitFor();
      await expectAccessible(page, 'switcher');
      await page.keyboard.press('Escape');
      await page.getByRole('combobox', { name: 'Go to a dataset…' }).waitFor({ state: 'detached' });
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    }));
});
