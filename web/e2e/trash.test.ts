import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, lookAt, LOOKS } from './axe';
import { launch, phone, visit } from './browser';
import { deleteByApi, firstKeys, openFew, openTrash, ownDataset, pick, restoreAll, setByApi, trashed } from './bulk'; // prettier-ignore
import { count, findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;
/** One that others do not refer to, so that its rows can be deleted. */
let own: string;
/** Its label. */
let label: string;
/** A text column of it. */
let column: string;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
  ({ own, column } = await ownDataset(demo));
  label = demo.datasets.get(own)?.label ?? own;
  await restoreAll(demo, own);
});
afterEach(() => restoreAll(demo, own));
afterAll(() => browser.close());

async function withPage(options: BrowserContextOptions, steps: (page: Page) => Promise<void>) {
  const context = await visit(browser, options);
  await steps(await context.newPage());
  await context.close();
}

const box = (page: Page, key: unknown) =>
  page.getByRole('checkbox', { name: `Select ${String(key)}`, exact: true });

/** Types the word and does it. */
async function purge(page: Page, rows: number) {
  const button = page.getByRole('button', {
    name: `Permanently delete ${rows} row${rows === 1 ? '' : 's'}`,
    exact: true,
  });
  const field = page.getByLabel('Type DELETE to confirm');
  await field.fill(String(rows));
  expect(await button.isDisabled()).toBe(true);
  await field.fill('DELETE');
  await button.click();
}

/** Marks rows with a text of their own and deletes them. */
async function deleteMarked(rows: number): Promise<{ keys: unknown[]; text: string }> {
  const text = `trash ${Date.now()}`;
  const keys = await firstKeys(demo, own, rows);
  await setByApi(demo, own, keys, column, text);
  await deleteByApi(demo, own, ...keys);
  return { keys, text };
}

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
])('%s', (_, options) => {
  test('a search finds deleted rows, wherever they were deleted, and they are restored', () =>
    withPage(options, async (page) => {
      const { keys, text } = await deleteMarked(2);
      const [other] = await firstKeys(demo, own, 1);
      await deleteByApi(demo, own, other);
      await openTrash(page, demo, own);
      await box(page, other).waitFor();
      await page.getByRole('searchbox', { name: 'Search trash' }).fill(text);
      await box(page, other).waitFor({ state: 'detached' });
      expect(new URL(page.url()).searchParams.get('search')).toBe(text);
      for (const key of keys) await box(page, key).click();
      await page.getByText('2 rows selected').waitFor();
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await page.getByText('2 rows restored').waitFor();
      await page.getByText('No matches').waitFor();
      expect(await count(demo.source, own, { filter: { column, op: 'eq', value: text } })).toBe(2);
      expect(await trashed(demo, own)).toBe(1);
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await page.getByText('2 rows moved back to the trash').waitFor();
      await box(page, keys[0]).waitFor();
    }));

  test('selected rows are deleted for good once the word is typed, and the list of changes says so', () =>
    withPage(options, async (page) => {
      const { keys } = await deleteMarked(3);
      await openTrash(page, demo, own);
      await box(page, keys[0]).click();
      await box(page, keys[2]).click();
      await page.getByRole('button', { name: 'Permanently delete…' }).click();
      await purge(page, 2);
      await page.getByText('2 rows permanently deleted').waitFor();
      expect(await page.getByRole('button', { name: 'Undo', exact: true }).count()).toBe(0);
      await box(page, keys[0]).waitFor({ state: 'detached' });
      expect(await trashed(demo, own)).toBe(1);
      await page.goto(`/datasets/${demo.source}/${own}/changes`);
      const line = page.getByRole('row', { name: /Permanently deleted 2 rows/ }).first();
      await line.getByText('Can’t be undone').waitFor();
    }));

  test('the trash is emptied, of what a search finds and of the rest', () =>
    withPage(options, async (page) => {
      const { text } = await deleteMarked(2);
      await deleteByApi(demo, own, ...(await firstKeys(demo, own, 3)));
      await openTrash(page, demo, own, text);
      await page.getByRole('button', { name: 'Delete found rows…' }).click();
      await page.getByText(`2 rows in the trash of ${label} will be permanently deleted.`).waitFor();
      await purge(page, 2);
      await page.getByText('No matches').waitFor();
      expect(await trashed(demo, own)).toBe(3);
      await page.getByRole('button', { name: 'Clear search' }).click();
      await page.getByRole('button', { name: 'Empty trash…' }).click();
      await purge(page, 3);
      await page.getByText('The trash is empty').waitFor();
      expect(await trashed(demo, own)).toBe(0);
    }));

  test('the settings lead to every trash that has rows', () =>
    withPage(options, async (page) => {
      const { keys } = await deleteMarked(2);
      await page.goto('/settings/trash');
      const line = page.getByRole('row', { name: new RegExp(`^${label} 2 None$`) });
      await line.getByRole('link').click();
      await box(page, keys[0]).waitFor();
    }));

  test('a row that has changed since shows both versions, and is undone anyway', () =>
    withPage(options, async (page) => {
      const [first, second] = await firstKeys(demo, own, 2);
      const [key = ''] = demo.datasets.get(own)?.key ?? [];
      const value = () => count(demo.source, own, { filter: { and: [{ column: key, op: 'eq', value: second }, { column, op: 'eq', value: 'now' }] } }); // prettier-ignore
      await setByApi(demo, own, [first, second], column, 'between');
      await setByApi(demo, own, [second], column, 'now');
      await page.goto(`/datasets/${demo.source}/${own}/changes`);
      const undo = page.getByRole('button', { name: /^Undo: Updated 2 rows/ });
      await undo.first().click();
      await page
        .getByRole('dialog', { name: 'Undo this change?' })
        .getByRole('button', { name: 'Undo' })
        .click();
      const dialog = page.getByRole('dialog', { name: '1 of 2 rows changed back' });
      await dialog.getByText('Compare versions').click();
      const versions = dialog.getByRole('table').nth(1);
      await versions.getByRole('columnheader', { name: 'After undo' }).waitFor();
      expect(await versions.getByRole('cell').allInnerTexts()).toContain('now');
      await expectAccessible(page, 'both versions');
      expect(await value()).toBe(1);
      await dialog.getByRole('button', { name: `Undo anyway: ${String(second)}` }).click();
      await expect.poll(value).toBe(0);
    }));
});

test('all that is in the trash is restored in the background where it is much', () =>
  withPage({}, async (page) => {
    for (let part = 0; part < 2; part += 1)
      await deleteByApi(demo, own, ...(await firstKeys(demo, own, 600)));
    await openTrash(page, demo, own);
    await page.getByRole('checkbox').nth(1).click();
    await page.getByRole('button', { name: 'Select all 1,200 rows' }).click();
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText('1,200 rows restored').waitFor();
    await page.getByText('The trash is empty').waitFor();
  }));

test('shift-click selects the rows between, by their keys', () =>
  withPage({}, async (page) => {
    const keys = await firstKeys(demo, own, 6);
    for (const key of keys) await deleteByApi(demo, own, key);
    await openTrash(page, demo, own);
    await box(page, keys[1]).click();
    await box(page, keys[4]).click({ modifiers: ['Shift'] });
    await page.getByText('4 rows selected').waitFor();
    for (const [index, key] of keys.entries())
      expect(await box(page, key).isChecked()).toBe(index >= 1 && index <= 4);
    // From where it began, the other way, as in the grid: what was selected stays.
    await box(page, keys[0]).click({ modifiers: ['Shift'] });
    await page.getByText('5 rows selected').waitFor();
  }));

function at(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString();
}

test('a row that is not restored says what the database said', () =>
  withPage({}, async (page) => {
    const { keys } = await deleteMarked(1);
    const failure = {
      key: keys,
      code: 'unique',
      message: 'another row has it',
      database: 'UNIQUE failed: x',
    };
    await page.route('**/bulk/restore', (route) =>
      route.fulfill({
        status: 207,
        json: { change_set: 'a', action: 'restore', state: 'done', rows: 1, done: 0, failed: 1, skipped: 0, failures: [failure], undo_until: at(0) },
      }),
    ); // prettier-ignore
    await openTrash(page, demo, own);
    await box(page, keys[0]).click();
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: '0 of 1 row restored' });
    await dialog.getByText('Database message: UNIQUE failed: x').waitFor();
  }));

describe('dragging over the checkboxes', () => {
  const middle = async (page: Page, row: number) => {
    const box = await page.getByRole('checkbox', { name: `Select row ${row}`, exact: true }).boundingBox();
    if (!box) throw new Error(`Row ${row} is not in sight.`);
    return [box.x + box.width / 2, box.y + box.height / 2] as const;
  };
  const selected = (page: Page, words: string) => page.getByText(`${words} selected`).waitFor();
  const drag = async (page: Page, from: number, ...to: number[]) => {
    await page.mouse.move(...(await middle(page, from)));
    await page.mouse.down();
    for (const row of to) await page.mouse.move(...(await middle(page, row)), { steps: 5 });
  };

  test('selects the rows between, gives up those it leaves again, and goes on from there by keyboard', () =>
    withPage({}, async (page) => {
      await openFew(page, demo, own, 12);
      await drag(page, 3, 8, 5);
      await page.mouse.up();
      await selected(page, '3 rows');
      await page.keyboard.press('Shift+ArrowDown');
      await selected(page, '4 rows');
      await drag(page, 4, 5);
      await page.mouse.up();
      await selected(page, '2 rows');
      await pick(page, 9);
      await selected(page, '3 rows');
    }));

  test('selects by key, so that another order keeps the same rows', () =>
    withPage({}, async (page) => {
      const { keys } = await openFew(page, demo, own, 10);
      const [key = ''] = demo.datasets.get(own)?.key ?? [];
      await drag(page, 2, 4);
      await page.mouse.up();
      for (const sort of [key, `-${key}`]) {
        await page.locator(`[data-column="${key}"] button`).first().click();
        await page.waitForURL((url) => url.searchParams.get('sort') === sort);
      }
      await page.locator('[data-row="7"][aria-selected=true]').waitFor();
      await drag(page, 1, 2);
      await page.mouse.up();
      await selected(page, '5 rows');
      const asked = page.waitForRequest((request) => request.url().endsWith('/bulk/delete/preview'));
      await page.getByRole('button', { name: 'Delete…' }).click();
      const { selection } = (await asked).postDataJSON() as { selection: { keys: unknown[][] } };
      expect(selection.keys.map(([each]) => Number(each)).sort((a, b) => a - b)).toEqual(
        [...keys.slice(1, 4), ...keys.slice(8)].map(Number),
      );
    }));

  test('stops with Escape, and what was selected before is selected again', () =>
    withPage({}, async (page) => {
      await openFew(page, demo, own, 10);
      await pick(page, 9);
      await drag(page, 2, 5);
      await selected(page, '5 rows');
      await page.keyboard.press('Escape');
      await selected(page, '1 row');
      await page.mouse.move(...(await middle(page, 7)));
      await page.mouse.up();
      await selected(page, '1 row');
    }));

  test('scrolls on below the last row in sight', () =>
    withPage({}, async (page) => {
      await page.goto(`/datasets/${demo.source}/${demo.big}`);
      await drag(page, 2, 10);
      await page.mouse.move((await middle(page, 10))[0], 899);
      await page.locator('[data-row="120"][aria-selected=true]').waitFor();
      await page.mouse.up();
      const words = await page.getByText(/rows selected$/).innerText();
      expect(Number(words.replace(/\D/g, ''))).toBeGreaterThan(119);
    }));

  test('works with a pen, whose touch does not scroll from there', () =>
    withPage({}, async (page) => {
      await openFew(page, demo, own, 10);
      const pen = await page.context().newCDPSession(page);
      const send = async (type: 'mouseMoved' | 'mousePressed' | 'mouseReleased', row: number) => {
        const [x, y] = await middle(page, row);
        const pressed = type === 'mouseMoved' ? {} : { button: 'left' as const, clickCount: 1 };
        await pen.send('Input.dispatchMouseEvent', {
          type,
          x,
          y,
          pointerType: 'pen',
          buttons: 1,
          ...pressed,
        });
      };
      await send('mouseMoved', 2);
      const box = page.locator('[data-row="1"] [data-action=select]');
      expect(await box.evaluate((element) => getComputedStyle(element).touchAction)).toBe('none');
      await send('mousePressed', 2);
      for (const row of [3, 4]) await send('mouseMoved', row);
      await send('mouseReleased', 4);
      await selected(page, '3 rows');
    }));

  test('leaves scrolling to fingers', () =>
    withPage(phone, async (page) => {
      await openFew(page, demo, own, 12);
      const [from, to] = [await middle(page, 2), await middle(page, 6)];
      const touch = await page.context().newCDPSession(page);
      const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: readonly [number, number]) =>
        touch.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [{ x: at[0], y: at[1] }] : [] });
      await send('touchStart', to);
      await send('touchMove', from);
      await send('touchEnd');
      expect(await page.getByRole('region', { name: 'Selection' }).count()).toBe(0);
      await pick(page, 2);
      await selected(page, '1 row');
    }));
});

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  test('in the trash, its dialog and the overview', () =>
    lookAt(browser, options, 'overview of the trash', async (page) => {
      const { keys } = await deleteMarked(3);
      await openTrash(page, demo, own);
      await box(page, keys[0]).click();
      await expectAccessible(page, 'trash');
      await page.getByRole('button', { name: 'Permanently delete…' }).click();
      await page.getByLabel('Type DELETE to confirm').waitFor();
      await expectAccessible(page, 'delete for good');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.goto('/settings/trash');
      await page.getByRole('link', { name: label, exact: true }).last().waitFor();
    }));
});
