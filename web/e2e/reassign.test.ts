import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, lookAt, LOOKS } from './axe';
import { gridReady, launch, phone, visit } from './browser';
import { confirm, openFew, pick } from './bulk';
import { api, count, getJson, textColumn, findWorkspace, type Workspace } from './workspace';
import { serveTables } from './table-server';
import { addPerson, adminBrowser, browserOf, join, makeRole } from './people';
import type { Server } from './server';

let browser: Browser;
let demo: Workspace;
/** A dataset with a reference that may be empty. */
let own: string;
/** The column of it that refers to others. */
let column: string;
/** The label of the dataset that it refers to. */
let label: string;
/** A row there: its key, and what people know it by. */
let target: { key: unknown; name: string };

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
  const found = [...demo.datasets].flatMap(([name, { columns, foreign_keys: keys, key }]) =>
    keys
      .filter(({ columns: [only = ''], columns: { length } }) => {
        const nullable = columns.some((each) => each.name === only && 'nullable' in each && each.nullable);
        return key.length === 1 && length === 1 && nullable;
      })
      .map((reference) => ({ name, reference })),
  );
  const [first] = found;
  const parent = first && demo.datasets.get(first.reference.references.table);
  if (!first || !parent) throw new Error('The workspace has no reference that may be empty.');
  own = first.name;
  column = first.reference.columns[0] ?? '';
  label = parent.label;
  const columns = [first.reference.referenced_columns[0] ?? '', textColumn(parent) ?? ''];
  const page = await getJson<{ rows: [unknown, string][] }>(
    api(demo.source, first.reference.references.table, '/rows'),
    { view: { columns }, limit: 20 },
  );
  const [key, name] = page.rows[12] ?? [];
  if (name === undefined) throw new Error(`${label} has too few rows.`);
  target = { key, name };
});
afterAll(() => browser.close());

async function withPage(options: BrowserContextOptions, steps: (page: Page) => Promise<void>) {
  const context = await visit(browser, options);
  await steps(await context.newPage());
  await context.close();
}

const picker = (page: Page) => page.getByRole('combobox', { name: `New ${label}` });
const option = (page: Page, name: string) => page.getByRole('option', { name, exact: true });

/** Selects three rows and opens the dialog that reassigns them. */
async function openReassign(page: Page) {
  const { view } = await openFew(page, demo, own, 6);
  await pick(page, 2);
  await pick(page, 4, ['Shift']);
  await page.getByRole('button', { name: 'Reassign…' }).click();
  await picker(page).waitFor();
  return (filter: object) => count(demo.source, own, { filter: { and: [view.filter, filter] } });
}

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
])('%s', (_, options) => {
  test('rows are made to refer to another one, which the server searches and the keyboard picks', () =>
    withPage(options, async (page) => {
      const rows = await openReassign(page);
      const there = { column, op: 'eq', value: target.key };
      const before = await rows(there);
      // How much of the word earlier requests have depends on how fast it is typed.
      const asked = page.waitForRequest((request) => {
        const sent = request.postData();
        if (!sent?.includes('"search"')) return false;
        const { view, limit } = JSON.parse(sent) as { view: { search: string }; limit: number };
        return view.search === target.name && limit === 50;
      });
      await picker(page).pressSequentially(target.name);
      await asked;
      await option(page, `${target.name} ${String(target.key)}`).waitFor();
      // The last answer may replace the highlighted option in the very moment of the key.
      await expect
        .poll(async () => {
          await page.locator('[role=option][data-highlighted]').waitFor();
          await page.keyboard.press('Enter');
          return picker(page).inputValue();
        })
        .toBe(`${target.name} (${String(target.key)})`);
      await confirm(page, 'Reassign', 3);
      await page.getByText('3 rows changed').waitFor();
      expect(await rows(there)).toBeGreaterThanOrEqual(3);
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.getByText('3 rows changed back').waitFor();
      expect(await rows(there)).toBe(before);
    }));

  test('rows are made to refer to none', () =>
    withPage(options, async (page) => {
      const rows = await openReassign(page);
      const nowhere = { column, op: 'is_null' };
      const before = await rows(nowhere);
      await picker(page).click();
      await option(page, 'No value').click();
      await confirm(page, 'Reassign', 3);
      await page.getByText('3 rows changed').waitFor();
      expect(await rows(nowhere)).toBeGreaterThanOrEqual(3);
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.getByText('3 rows changed back').waitFor();
      expect(await rows(nowhere)).toBe(before);
    }));

  test('the picker says that nothing matches, and Escape closes it and not the dialog', () =>
    withPage(options, async (page) => {
      await openReassign(page);
      await picker(page).fill('no such name');
      await page.getByText(`Nothing in ${label} matches “no such name”.`).waitFor();
      expect(await page.getByRole('option').count()).toBe(0);
      await page.keyboard.press('Escape');
      await page.getByText(/^Nothing in/).waitFor({ state: 'detached' });
      await page.getByText('Fill in all fields above.').waitFor();
      await picker(page).fill('');
      await page.keyboard.press('ArrowDown');
      await option(page, 'No value').waitFor();
      await page.locator('[role=option]:not([aria-disabled=true])').nth(2).waitFor();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
      await page.getByLabel('Type 3 to confirm').waitFor();
    }));

  test('a reference is one of the fields to set', () =>
    withPage(options, async (page) => {
      await openFew(page, demo, own, 4);
      await pick(page, 1);
      await page.getByRole('button', { name: 'Set fields…' }).click();
      await page.getByRole('combobox', { name: 'Field' }).selectOption({ label: column });
      await picker(page).fill(target.name);
      const asked = page.waitForRequest((request) => request.url().endsWith('/bulk/set/preview'));
      await option(page, `${target.name} ${String(target.key)}`).click();
      await page.getByLabel('Type 1 to confirm').waitFor();
      const { fields } = (await asked).postDataJSON() as { fields: object[] };
      expect(fields).toEqual([{ column, to: { value: target.key } }]);
      await page.getByRole('combobox', { name: 'Action' }).selectOption({ label: 'Copy from' });
      expect(await picker(page).count()).toBe(0);
    }));
});

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  test('in the picker, open and closed', () =>
    lookAt(browser, options, 'reassign', async (page) => {
      await openReassign(page);
      await expectAccessible(page, 'closed');
      await picker(page).click();
      await option(page, 'No value').waitFor();
      await expectAccessible(page, 'open');
      await picker(page).fill('no such name');
      await page.getByText(/^Nothing in/).waitFor();
      await expectAccessible(page, 'nothing found');
      await picker(page).fill(target.name);
      await option(page, `${target.name} ${String(target.key)}`).click();
      await page.getByLabel('Type 3 to confirm').waitFor();
    }));
});

describe('with a reference of two columns', () => {
  const TABLES = `
    CREATE TABLE shelves (house TEXT, shelf INTEGER, name TEXT, gone TEXT, PRIMARY KEY (house, shelf));
    CREATE TABLE boxes (id INTEGER PRIMARY KEY, house TEXT, shelf INTEGER, FOREIGN KEY (house, shelf) REFERENCES shelves);
    INSERT INTO shelves VALUES ('north', 1, 'Left wall', NULL), ('north', 2, 'Right wall', NULL), ('north', 3, 'Torn down', '2026-01-01');
    INSERT INTO boxes VALUES (1, 'north', 1), (2, NULL, NULL), (3, 'north', 1);`;
  let server: Server;

  beforeAll(async () => {
    server = await serveTables(
      browser,
      'house',
      TABLES,
      '[sources.house.datasets.shelves]\ndeleted_at = "gone"\n',
    );
  });
  afterAll(() => server.stop());

  test('both are set together, and a row that is deleted is not offered', async () => {
    const context = await adminBrowser(browser, server);
    const page = await context.newPage();
    await page.goto('/datasets/house/boxes');
    await gridReady(page);
    await pick(page, 1);
    await pick(page, 2);
    await page.getByRole('button', { name: 'Reassign…' }).click();
    const shelf = page.getByRole('combobox', { name: 'New shelves' });
    await shelf.fill('wall');
    await option(page, 'Right wall north, 2').waitFor();
    expect(await page.getByRole('option').allInnerTexts()).toHaveLength(2);
    await shelf.fill('torn');
    await page.getByText('Nothing in shelves matches “torn”.').waitFor();
    await shelf.fill('right');
    await option(page, 'Right wall north, 2').click();
    await confirm(page, 'Reassign', 2);
    await page.getByText('2 rows changed').waitFor();
    const rows = await context.request.get('/api/v1/sources/house/datasets/boxes/rows');
    const answer = (await rows.json()) as { rows: unknown[][] };
    expect(answer.rows).toEqual([[1, 'north', 2], [2, 'north', 2], [3, 'north', 1]]); // prettier-ignore
    await context.close();
  });

  test('where the rows to refer to may not be seen, the fields are plain', async () => {
    const admin = await adminBrowser(browser, server);
    const role = await makeRole(admin, {
      name: 'Boxes alone',
      grants: [{ permissions: ['records.read', 'records.update'], datasets: ['house/boxes'] }],
    });
    const { path } = await addPerson(admin, 'kay@example.org', [role]);
    const context = await browserOf(browser, server);
    const page = await context.newPage();
    await join(page, path);
    await page.goto('/datasets/house/boxes');
    await gridReady(page);
    await pick(page, 1);
    await page.getByRole('button', { name: 'Set fields…' }).click();
    await page.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'house' });
    await page.getByLabel('Value').fill('north');
    await page.getByRole('button', { name: 'Change 1 row' }).waitFor();
    expect(await page.getByRole('combobox', { name: /^New / }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Reassign…' }).count()).toBe(0);
    await context.close();
    await admin.close();
  });
});
