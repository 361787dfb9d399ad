import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, lookAt, LOOKS } from './axe';
import { gridReady, launch, phone, visit } from './browser';
import { confirm, deleteByApi, nullableText, openDelete, openFew, openUpTo, ownDataset, pick, setByApi, undoByApi } from './bulk'; // prettier-ignore
import { count, openDataset, findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;
/** One that others do not refer to, so that its rows can be deleted. */
let own: string;
/** One whose rows it refers to. */
let parent: string;
/** A text column of it. */
let column: string;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
  ({ own, parent, column } = await ownDataset(demo));
});
afterAll(() => browser.close());

async function withPage(options: BrowserContextOptions, steps: (page: Page) => Promise<void>) {
  const context = await visit(browser, options);
  await steps(await context.newPage());
  await context.close();
}

const selected = (page: Page, rows: number) =>
  page.getByText(`${rows.toLocaleString('en')} row${rows === 1 ? '' : 's'} selected`).waitFor();
const restored = (view: unknown, rows: number) => expect.poll(() => count(demo.source, own, view)).toBe(rows);

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
])('%s', (_, options) => {
  test('shift-click after a re-sort selects the rows between, by their keys', () =>
    withPage(options, async (page) => {
      const { keys } = await openFew(page, demo, own, 10);
      await pick(page, 2);
      const [key = ''] = demo.datasets.get(own)?.key ?? [];
      for (const sort of [key, `-${key}`]) {
        await page.locator(`[data-column="${key}"] button`).first().click();
        await page.waitForURL((url) => url.searchParams.get('sort') === sort);
        await gridReady(page);
      }
      await pick(page, 6, ['Shift']);
      await selected(page, 4);
      const asked = await openDelete(page);
      const expected = keys.slice(1, 5).map((each) => [each]);
      expect(asked.keys?.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected);
    }));

  test('rows are deleted once their number is typed, and the toast brings them back', () =>
    withPage(options, async (page) => {
      const { view } = await openFew(page, demo, own, 12);
      await pick(page, 1);
      await pick(page, 3, ['Shift']);
      await openDelete(page);
      const button = page.getByRole('button', { name: 'Delete 3 rows' });
      await page.getByLabel('Type 3 to confirm').fill('4');
      expect(await button.isDisabled()).toBe(true);
      await confirm(page, 'Delete', 3);
      await page.getByText('3 rows deleted').waitFor();
      await page.getByText('9 rows', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.getByText('3 rows restored').waitFor();
      await restored(view, 12);
    }));

  test('what was deleted is in the trash, and is restored from there', () =>
    withPage(options, async (page) => {
      const { view, keys } = await openFew(page, demo, own, 8);
      await pick(page, 2);
      await pick(page, 5);
      await openDelete(page);
      await confirm(page, 'Delete', 2);
      await page.getByText('2 rows deleted').waitFor();
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Trash' }).click();
      const first = page.getByRole('region', { name: /^Rows deleted by/ }).first();
      await first.getByRole('checkbox', { name: `Select ${String(keys[1])}`, exact: true }).click();
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await page.getByText('1 row restored').waitFor();
      await restored(view, 7);
      await first.getByRole('checkbox', { name: `Select ${String(keys[1])}`, exact: true }).waitFor({
        state: 'detached',
      });
      await first.getByRole('button', { name: /^Restore all rows/ }).click();
      await restored(view, 8);
    }));

  test('a field is set in the selected rows, and undone from the list of changes', () =>
    withPage(options, async (page) => {
      const value = `bulk ${Date.now()}`;
      await openFew(page, demo, own, 6);
      await pick(page, 2);
      await pick(page, 4, ['Shift']);
      await page.getByRole('button', { name: 'Set fields…' }).click();
      await page.getByRole('dialog').locator('select').first().selectOption(column);
      await page.getByLabel('Value').fill(value);
      await confirm(page, 'Change', 3);
      await page.getByText('3 rows changed').waitFor();
      const view = { filter: { column, op: 'eq', value } };
      await restored(view, 3);
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Changes' }).click();
      await page
        .getByRole('button', { name: /^Undo: Updated 3 rows/ })
        .first()
        .click();
      await page
        .getByRole('dialog', { name: 'Undo this change?' })
        .getByRole('button', { name: 'Undo' })
        .click();
      await page.getByText('3 rows changed back').waitFor();
      await restored(view, 0);
    }));
});

test('all that match but one are changed in the background, and undone from the toast', () =>
  withPage({}, async (page) => {
    const value = `all ${Date.now()}`;
    const text = nullableText(demo, demo.big);
    // More than are changed before the request is answered, and no more than are soon changed back.
    const rows = await openUpTo(page, demo, demo.big, 20_000);
    await page.getByRole('checkbox', { name: 'Select visible rows' }).click();
    await page.getByRole('button', { name: /^Select all/ }).click();
    await pick(page, 3);
    await page.getByText('(all but 1)').waitFor();
    await page.getByRole('button', { name: 'Set fields…' }).click();
    await page.getByRole('dialog').locator('select').first().selectOption(text);
    await page.getByLabel('Value').fill(value);
    await confirm(page, 'Change', rows - 1);
    const number = (rows - 1).toLocaleString('en');
    await page.getByText(`${number} rows changed`).waitFor();
    const view = { filter: { column: text, op: 'eq', value } };
    expect(await count(demo.source, demo.big, view)).toBe(rows - 1);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText(`${number} rows changed back`).waitFor();
    expect(await count(demo.source, demo.big, view)).toBe(0);
  }));

test('a change in the background says how far it is, and what was done when it is stopped can be undone', () =>
  withPage({}, async (page) => {
    const value = `stop ${Date.now()}`;
    const text = nullableText(demo, demo.big);
    const rows = await openUpTo(page, demo, demo.big, 200_000);
    await pick(page, 1);
    await page.getByRole('button', { name: /^Select all/ }).click();
    await page.getByRole('button', { name: 'Set fields…' }).click();
    await page.getByRole('dialog').locator('select').first().selectOption(text);
    await page.getByLabel('Value').fill(value);
    await confirm(page, 'Change', rows);
    const under = page.getByRole('region', { name: 'Change in progress' });
    const ended = page.getByText(/^(Stopped: )?[\d,]+ rows? changed$/);
    await under.getByRole('progressbar').or(ended).first().waitFor();
    // Where the server is that much faster than the browser, there is nothing left to stop.
    const cancelling = under.getByRole('button', { name: 'Cancel' }).click();
    await Promise.race([cancelling, ended.waitFor()]);
    cancelling.catch(() => undefined);
    await ended.waitFor();
    await under.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText(/rows? changed back$/).waitFor();
    expect(await count(demo.source, demo.big, { filter: { column: text, op: 'eq', value } })).toBe(0);
  }));

test('rows that others refer to cannot be deleted, which is said before anything is typed', () =>
  withPage({}, async (page) => {
    await openDataset(page, demo.source, parent);
    await pick(page, 1);
    await pick(page, 2, ['Shift']);
    await openDelete(page);
    const label = demo.datasets.get(parent)?.label ?? '';
    await page.getByText(`None of the 2 rows in ${label} can be deleted.`).waitFor();
    await page.getByText(/^Still used by .+: \S+, \S+$/).waitFor();
    expect(await page.getByLabel(/^Type /).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Delete 0 rows' }).isDisabled()).toBe(true);
  }));

test('rows that changed between preview and confirmation are not touched, and can be previewed again', () =>
  withPage({}, async (page) => {
    const { view, keys } = await openFew(page, demo, own, 5);
    await pick(page, 1);
    await page.getByRole('button', { name: 'Select all 5 matching rows' }).click();
    await openDelete(page);
    await page.getByLabel('Type 5 to confirm').waitFor();
    const change = await deleteByApi(demo, own, keys[2]);
    await confirm(page, 'Delete', 5);
    await page.getByText('The rows have changed since this preview').waitFor();
    expect(await count(demo.source, own, view)).toBe(4);
    await page.getByRole('button', { name: 'Refresh preview' }).click();
    await page.getByLabel('Type 4 to confirm').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await undoByApi(demo, own, change);
    await restored(view, 5);
  }));

test('an undo skips rows that have changed since, lists them, and undoes them one by one', () =>
  withPage({}, async (page) => {
    const [first, second, third] = (await openFew(page, demo, own, 3)).keys;
    await setByApi(demo, own, [first, second, third], column, 'once');
    await setByApi(demo, own, [second, third], column, 'twice');
    await page.goto(`/datasets/${demo.source}/${own}/changes`);
    await page
      .getByRole('button', { name: /^Undo: Updated 3 rows/ })
      .first()
      .click();
    await page
      .getByRole('dialog', { name: 'Undo this change?' })
      .getByRole('button', { name: 'Undo' })
      .click();
    const dialog = page.getByRole('dialog', { name: '1 of 3 rows changed back' });
    await dialog.getByText('another client has changed it since').first().waitFor();
    await expectAccessible(page, 'skipped rows');
    await dialog
      .getByRole('button', { name: /^Undo anyway/ })
      .first()
      .click();
    const rest = page.getByRole('dialog', { name: '2 of 3 rows changed back' });
    await rest.getByRole('button', { name: /^Undo anyway/ }).click();
    await page.getByText('1 row changed back').waitFor();
    for (const value of ['once', 'twice'])
      expect(await count(demo.source, own, { filter: { column, op: 'eq', value } })).toBe(0);
  }));

test('the keyboard selects: x, shift and arrows, Ctrl+A, Escape', () =>
  withPage({}, async (page) => {
    await openFew(page, demo, own, 10);
    await page.getByRole('grid').focus();
    await page.keyboard.press('x');
    await selected(page, 1);
    for (const key of ['Shift+ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key);
    await selected(page, 3);
    await page.keyboard.press('Shift+ArrowUp');
    await selected(page, 2);
    await page.keyboard.press('Control+a');
    await selected(page, 10);
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Selection' }).waitFor({ state: 'detached' });
  }));

test('a source without a journal says so, and shows administrators the statements first', () =>
  withPage({}, async (page) => {
    await page.route(`**/sources/${demo.source}/journal`, (route) =>
      route.fulfill({
        json: {
          ready: false,
          code: 'journal_outdated',
          reason: 'its journal is of an older version',
          sql: 'CREATE TABLE j (a int)',
        },
      }),
    );
    await openDataset(page, demo.source, own);
    await pick(page, 1);
    await page.getByText('Read-only: its journal is of an older version').waitFor();
    expect(await page.getByRole('button', { name: 'Delete…' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Set up…' }).click();
    await page.getByText('CREATE TABLE j').waitFor();
    await expectAccessible(page, 'prepare');
  }));

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  test('in the bar and the dialogs', () =>
    lookAt(browser, options, 'bulk', async (page) => {
      await openDataset(page, demo.source, parent);
      await pick(page, 1);
      await expectAccessible(page, 'bar');
      await page.getByRole('button', { name: 'Set fields…' }).click();
      await page.getByText('Fill in all fields above.').waitFor();
      await page.getByRole('combobox', { name: 'Field' }).selectOption({ index: 1 });
      await page.getByRole('button', { name: 'Add field' }).click();
      await page.getByRole('combobox', { name: 'Field' }).nth(1).waitFor();
      await expectAccessible(page, 'set fields');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await openDelete(page);
      await page.getByText(/^This row in .* can’t be deleted\.$/).waitFor();
      await expectAccessible(page, 'delete');
    }));

  test('in the trash and the changes', () =>
    lookAt(browser, options, 'changes', async (page) => {
      const [key] = (await openFew(page, demo, own, 1)).keys;
      const change = await deleteByApi(demo, own, key);
      await page.goto(`/datasets/${demo.source}/${own}/trash`);
      await page.getByRole('checkbox', { name: `Select ${String(key)}`, exact: true }).click();
      await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
      await expectAccessible(page, 'trash');
      await undoByApi(demo, own, change);
      await page.goto(`/datasets/${demo.source}/${own}/changes`);
      await page
        .getByText(/^Undid a delete/)
        .first()
        .waitFor();
    }));
});
