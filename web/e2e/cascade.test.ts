import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, LOOKS } from './axe';
import { gridReady, launch, phone } from './browser';
import { confirm, pick } from './bulk';
import { serveTables } from './table-server';
import { adminBrowser } from './people';
import type { Server } from './server';

const TABLES = `
  CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE albums (id INTEGER PRIMARY KEY, title TEXT, artist_id INTEGER REFERENCES artists ON DELETE CASCADE);
  CREATE TABLE reviews (id INTEGER PRIMARY KEY, words TEXT, album_id INTEGER REFERENCES albums ON DELETE SET NULL);
  INSERT INTO artists VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger');
  INSERT INTO albums VALUES (10, 'One', 1), (11, 'Two', 1), (20, 'Three', 2);
  INSERT INTO reviews VALUES (100, 'good', 10), (101, 'bad', 20);`;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await launch();
  server = await serveTables(browser, 'music', TABLES);
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

async function deletes(page: Page, rows: number[]) {
  await page.goto('/datasets/music/artists');
  await gridReady(page);
  for (const row of rows) await pick(page, row);
  await page.getByRole('button', { name: 'Delete…' }).click();
}

const cascade = (page: Page) => page.getByRole('checkbox', { name: 'Also delete related rows' });

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
] as [string, BrowserContextOptions][])('related rows, %s', (_, options) => {
  test('keep a row from being deleted, unless they are deleted too, and are restored with it', () =>
    withPage(options, async (page) => {
      await deletes(page, [1, 3]);
      await page.getByText('Rows still used here can’t be deleted').first().waitFor();
      await cascade(page).check();
      await page.getByText('2 rows will be deleted too.').waitFor();
      await page.getByText('1 row will lose its reference.').waitFor();
      await confirm(page, 'Delete', 2);
      await page.getByText('2 rows deleted').waitFor();
      await page.getByText('And 3 related rows in other datasets.').waitFor();
      const rows = async (dataset: string) => {
        const answer = await page.request.get(`/api/v1/sources/music/datasets/${dataset}/rows`);
        return ((await answer.json()) as { rows: unknown[][] }).rows;
      };
      expect(await rows('albums')).toEqual([[20, 'Three', 2]]);
      expect(await rows('reviews')).toEqual([[100, 'good', null], [101, 'bad', 20]]); // prettier-ignore
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('2 rows restored').waitFor();
      expect(await rows('albums')).toHaveLength(3);
      expect(await rows('reviews')).toEqual([[100, 'good', 10], [101, 'bad', 20]]); // prettier-ignore
      await page.goto('/datasets/music/albums/changes');
      await page.getByText('together with rows in another dataset').first().waitFor();
    }));
});

test.each(LOOKS)('the choice to delete related rows is accessible, %s', (_, options) =>
  withPage(options, async (page) => {
    await deletes(page, [1]);
    await cascade(page).check();
    await page.getByText('2 rows will be deleted too.').waitFor();
    await expectAccessible(page, 'related rows');
  }),
);
