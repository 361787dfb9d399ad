import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, LOOKS } from './axe';
import { gridReady, launch, phone } from './browser';
import { confirm, pick } from './bulk';
import { serveTables } from './table-server';
import { adminBrowser } from './people';
import type { Server } from './server';

const TABLES = `
  CREATE TABLE makers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT);
  CREATE TABLE works (id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES makers);
  CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, version INTEGER);
  CREATE TRIGGER count_versions AFTER INSERT ON notes
    BEGIN UPDATE notes SET version = version + 1 WHERE id = new.id; END;
  INSERT INTO notes VALUES (1, 'a', 0), (2, 'b', 0);
  INSERT INTO makers VALUES (1, 'Ada', 'a'), (2, 'Grace', 'b'), (3, 'Edsger', 'c'), (4, 'Barbara', 'd');
  INSERT INTO works VALUES (10, 1), (11, 1), (20, 2);`;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await launch();
  server = await serveTables(browser, 'studio', TABLES);
});
afterAll(async () => {
  await server.stop();
  await browser.close();
});

async function withPage(options: BrowserContextOptions, steps: (page: Page) => Promise<void>) {
  const context = await adminBrowser(browser, server, options);
  await steps(await context.newPage());
  await context.close();
}

/** Selects makers and opens what is done with them. */
async function choose(page: Page, rows: number[], action: string) {
  await page.goto('/datasets/studio/makers');
  await gridReady(page);
  for (const row of rows) await pick(page, row);
  await page.getByRole('button', { name: action }).click();
}

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
] as [string, BrowserContextOptions][])('%s', (_, options) => {
  test('only rows that can be deleted are counted and confirmed, and the others say who uses them', () =>
    withPage(options, async (page) => {
      await choose(page, [1, 2, 3], 'Delete…');
      await page.getByText('1 of 3 rows in makers will be deleted.').waitFor();
      await page.getByText('2 rows can’t be deleted and will be skipped.').waitFor();
      await page.getByText('Still used by works: 1, 2').waitFor();
      const link = page.getByRole('link', { name: 'works' });
      const filter = new URL((await link.getAttribute('href')) ?? '', server.url).searchParams.get('filter');
      expect(JSON.parse(filter ?? '')).toEqual({ column: 'maker_id', op: 'in', values: [1, 2] });
      await confirm(page, 'Delete', 1);
      const dialog = page.getByRole('dialog', { name: '1 of 3 rows deleted' });
      await dialog.getByRole('cell', { name: 'Still used by works' }).first().waitFor();
      // They would be left again.
      expect(await dialog.getByRole('button', { name: /^Try again/ }).count()).toBe(0);
      const download = page.waitForEvent('download');
      await dialog.getByRole('button', { name: 'Download as CSV' }).click();
      const text = await readFile(await (await download).path(), 'utf8');
      expect(text.split('\r\n').map((line) => line.split(',').slice(0, 2).join())).toEqual([
        'id,code', '1,foreign_key', '2,foreign_key', '',
      ]); // prettier-ignore
      await dialog.getByRole('button', { name: 'Undo 1 row' }).click();
      await page.getByText('1 row restored').waitFor();
    }));

  test('rows that a trigger alters when they are restored are listed', () =>
    withPage(options, async (page) => {
      await page.goto('/datasets/studio/notes');
      await gridReady(page);
      await pick(page, 1);
      await page.getByRole('button', { name: 'Delete…' }).click();
      await confirm(page, 'Delete', 1);
      await page.getByText('1 row deleted').waitFor();
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: '1 of 1 row restored' });
      await dialog
        .getByRole('region', { name: 'Altered rows' })
        .getByRole('cell', { name: '1', exact: true })
        .waitFor();
      await expectAccessible(page, 'altered rows');
    }));

  test('with all or nothing, one row that cannot be deleted keeps the others', () =>
    withPage(options, async (page) => {
      await choose(page, [2, 3], 'Delete…');
      await page.getByLabel('Type 1 to confirm').waitFor();
      await page.getByRole('checkbox', { name: 'Stop if any row fails' }).click();
      await page.getByText('None of the 2 rows in makers can be deleted.').waitFor();
      expect(await page.getByLabel(/^Type /).count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Delete 0 rows' }).isDisabled()).toBe(true);
    }));

  test('no field is set that was not chosen and filled in, and an empty text is asked for by name', () =>
    withPage(options, async (page) => {
      await choose(page, [3, 4], 'Set fields…');
      await page.getByText('Fill in all fields above.').waitFor();
      await page.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'note' });
      await page.getByLabel('Value').waitFor();
      await page.getByText('Fill in all fields above.').waitFor();
      expect(await page.getByRole('button', { name: 'Change …' }).isDisabled()).toBe(true);
      const asked = page.waitForRequest((request) => request.url().endsWith('/bulk/set/preview'));
      await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: 'Set to empty text' });
      expect((await asked).postDataJSON()).toMatchObject({ fields: [{ column: 'note', to: { value: '' } }] });
      await page.getByLabel('Type 2 to confirm').waitFor();
      await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: 'Set to NULL' });
      await confirm(page, 'Change', 2);
      await page.getByText('2 rows changed').waitFor();
      const rows = async () => {
        const answer = await page.request.get('/api/v1/sources/studio/datasets/makers/rows');
        return ((await answer.json()) as { rows: unknown[][] }).rows.map((row) => row[2]);
      };
      expect(await rows()).toEqual(['a', 'b', null, null]);
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.getByText('2 rows changed back').waitFor();
      expect(await rows()).toEqual(['a', 'b', 'c', 'd']);
    }));
});

test.each(LOOKS)('what can be deleted and what cannot is accessible, %s', (_, options) =>
  withPage(options, async (page) => {
    await choose(page, [1, 3], 'Delete…');
    await page.getByText('Still used by works: 1').waitFor();
    await expectAccessible(page, 'delete in part');
  }),
);
