import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chord, gridReady, launch, phone, visit } from './browser';
import {
  api,
  count,
  firstRows,
  getJson,
  openDataset,
  textColumn,
  type Workspace,
  findWorkspace,
} from './workspace';

let browser: Browser;
let demo: Workspace;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
});
afterAll(() => browser.close());

const isPhone = (page: Page) => (page.viewportSize()?.width ?? 0) < 768;

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
])('%s', (_, options) => {
  async function open(query = '') {
    const context = await visit(browser, options);
    const page = await context.newPage();
    await openDataset(page, demo.source, demo.child, query);
    return { context, page };
  }

  test('the list leads to a dataset and its rows', async () => {
    const context = await visit(browser, options);
    const page = await context.newPage();
    await page.goto('/');
    const label = demo.datasets.get(demo.child)?.label ?? '';
    await page
      .getByRole('region', { name: 'All datasets' })
      .getByRole('link', { name: label, exact: true })
      .click();
    await page.waitForURL(`**/${demo.child}`);
    await page.waitForSelector('[role=grid][aria-busy=false] [role=gridcell]');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(label);
    await context.close();
  });

  test('a filter made by hand shows the rows that the API counts, and lies in the address', async () => {
    const { context, page } = await open();
    const dataset = demo.datasets.get(demo.child);
    if (!dataset) throw new Error('no dataset');
    const column = textColumn(dataset) ?? '';
    const label = dataset.columns.find((each) => each.name === column)?.label ?? '';
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Filter by column…' }).fill(column);
    await page
      .getByRole('option', { name: new RegExp(`^${label}`) })
      .first()
      .click();
    await page.getByLabel('Value').fill('a');
    await page.getByRole('button', { name: 'Apply' }).click();
    const filter = { column, op: 'contains', value: 'a' };
    await page.waitForURL((url) => url.searchParams.get('filter') === JSON.stringify(filter));
    const expected = await count(demo.source, demo.child, { filter });
    await page.getByText(`${expected.toLocaleString('en')} row`).waitFor();

    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has('filter'));
    await page.goForward();
    await page.waitForURL((url) => url.searchParams.has('filter'));
    await page.getByRole('button', { name: /^Remove the filter/ }).click();
    await page.waitForURL((url) => !url.searchParams.has('filter'));
    await context.close();
  });

  test('a link shows the same rows to its reader', async () => {
    const { context, page } = await open();
    const dataset = demo.datasets.get(demo.child);
    const column = (dataset && textColumn(dataset)) ?? '';
    await page.locator(`[data-column="${column}"] button`).first().click();
    await page.waitForURL((url) => url.searchParams.get('sort') === column);
    await page.getByRole('searchbox', { name: 'Search in all text columns' }).fill('e');
    await page.waitForURL((url) => url.searchParams.get('search') === 'e');
    const view = { search: 'e', sort: [{ column }] };
    const expected = await count(demo.source, demo.child, view);
    await page.getByText(`${expected.toLocaleString('en')} row`).waitFor();
    await page.getByRole('button', { name: 'Copy link to this view' }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const other = await visit(browser, options);
    const theirs = await other.newPage();
    await theirs.goto(link);
    await theirs.getByText(`${expected.toLocaleString('en')} row`).waitFor();
    await gridReady(page);
    await gridReady(theirs);
    const alike = async () => {
      const [mine, others] = [await firstRows(page), await firstRows(theirs)];
      return mine.length > 0 && mine.join('\n') === others.join('\n');
    };
    await expect.poll(alike).toBe(true);
    await Promise.all([context.close(), other.close()]);
  });

  test('columns are chosen, remembered and reset', async () => {
    const { context, page } = await open();
    const names = demo.datasets.get(demo.child)?.columns.map((each) => each.name) ?? [];
    const last = demo.datasets.get(demo.child)?.columns.at(-1);
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page
      .getByRole('list', { name: 'Shown columns' })
      .getByRole('checkbox', { name: last?.label ?? '', exact: true })
      .click();
    await page.waitForURL((url) => url.searchParams.get('columns') === names.slice(0, -1).join(','));
    await page.keyboard.press('Escape');
    await openDataset(page, demo.source, demo.child);
    await page.waitForURL((url) => url.searchParams.get('columns') === names.slice(0, -1).join(','));
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.waitForURL((url) => !url.searchParams.has('columns'));
    await context.close();
  });

  test('a view is saved, renamed, applied and deleted', async () => {
    const name = `e2e ${isPhonePlain(options)} ${Date.now()}`;
    const { context, page } = await open('?search=e');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: 'Save this view…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('View saved').waitFor();

    await openDataset(page, demo.source, demo.child);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: `Rename ${name}`, exact: true }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(`${name} b`);
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await page.getByText('View updated').waitFor();
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: `${name} b`, exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('search') === 'e');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: `Delete ${name} b`, exact: true }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('View deleted').waitFor();
    await context.close();
  });

  test('a row opens, and its relation leads to the parent', async () => {
    const { context, page } = await open();
    const dataset = demo.datasets.get(demo.child);
    await page.getByRole('button', { name: 'Open row 1', exact: true }).click({ force: true });
    await page.waitForURL((url) => url.searchParams.has('row'));
    const related = page.getByRole('region', { name: 'Related rows' });
    const target = dataset?.foreign_keys.map((each) => each.references.table) ?? [];
    const link = related.getByRole('link').first();
    await link.click();
    await page.waitForURL(
      (url) =>
        target.some((each) => url.pathname.endsWith(`/${encodeURIComponent(each)}`)) &&
        url.searchParams.has('row'),
    );
    await page.getByRole('region', { name: 'Row', exact: true }).waitFor();
    if (isPhone(page)) await page.getByRole('button', { name: 'Close the row' }).click();
    else await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('row'));
    await context.close();
  });
});

const isPhonePlain = (options: object) => ('isMobile' in options ? 'phone' : 'desktop');

describe('columns', () => {
  test('widths and places are changed by hand and remembered', async () => {
    const context = await visit(browser);
    const page = await context.newPage();
    await openDataset(page, demo.source, demo.child);
    const names = demo.datasets.get(demo.child)?.columns.map((each) => each.name) ?? [];
    const [, second = '', third = ''] = names;
    const width = async () => (await page.locator(`[data-column="${second}"]`).boundingBox())?.width;
    const before = await width();
    const handle = await page.locator(`[data-resize="${second}"]`).boundingBox();
    if (!handle) throw new Error('no handle');
    await page.mouse.move(handle.x + 4, handle.y + 10);
    await page.mouse.down();
    await page.mouse.move(handle.x + 84, handle.y + 10, { steps: 4 });
    await page.mouse.up();
    const after = (before ?? 0) + 80;
    await expect.poll(width).toBe(after);
    await page.locator(`[data-column="${third}"]`).dragTo(page.locator(`[data-column="${second}"]`));
    const moved = [names[0], third, second, ...names.slice(3)].join(',');
    await page.waitForURL((url) => url.searchParams.get('columns') === moved);
    await openDataset(page, demo.source, demo.child);
    await page.waitForURL((url) => url.searchParams.get('columns') === moved);
    await expect.poll(width).toBe(after);

    // The same by menu, without dragging.
    await page.getByRole('button', { name: `Column ${third}: menu`, exact: true }).click();
    await page.getByRole('menuitem', { name: 'Move right' }).click();
    await page.waitForURL((url) => url.searchParams.get('columns') === names.join(','));
    await page.getByRole('button', { name: `Column ${third}: menu`, exact: true }).click();
    await page.getByRole('menuitem', { name: 'Hide' }).click();
    await page.waitForURL(
      (url) => url.searchParams.get('columns') === names.filter((each) => each !== third).join(','),
    );
    await context.close();
  });

  test('a column of a related row is shown, and the choice is saved as a preset', async () => {
    const context = await visit(browser);
    const page = await context.newPage();
    await openDataset(page, demo.source, demo.child);
    const [reference] = demo.datasets.get(demo.child)?.foreign_keys ?? [];
    const target = demo.datasets.get(reference?.references.table ?? '');
    const column = target && textColumn(target);
    if (!reference || column === undefined) throw new Error('the workspace has no relation to look through');
    const path = `${reference.columns[0] ?? ''}.${column}`;
    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('button', { name: new RegExp(`^${reference.columns[0] ?? ''} →`) }).click();
    const label = target?.columns.find((each) => each.name === column)?.label ?? '';
    // A column of the dataset itself may have the same label, and stands there before the parent's are loaded.
    const parents = page.getByRole('list', { name: `Columns of ${reference.references.table}` });
    await parents.getByRole('checkbox', { name: label, exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('columns')?.endsWith(path) === true);
    const name = `e2e ${Date.now()}`;
    await page.getByRole('textbox', { name: 'Name of a new preset' }).fill(name);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name, exact: true }).waitFor();
    await page.getByRole('button', { name: 'All columns', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('columns')?.includes(path) === false);
    await page.getByRole('button', { name, exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('columns')?.endsWith(path) === true);
    await page.getByRole('button', { name: `Delete the preset ${name}` }).click();
    await page.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await gridReady(page);
    const grid = page.getByRole('grid');
    await grid.focus();
    await page.keyboard.press('End');
    const last = await grid.evaluate(
      (element) => document.getElementById(element.getAttribute('aria-activedescendant') ?? '')?.textContent,
    );
    const view = { columns: [path], sort: [] };
    const { rows } = await getJson<{ rows: unknown[][] }>(api(demo.source, demo.child, '/rows'), {
      view,
      limit: 1,
    });
    expect(last).toBe(String(rows[0]?.[0]));
    await context.close();
  });
});

describe('with the keyboard', () => {
  test('arrows move, Enter opens, Space selects, the header sorts', async () => {
    const context = await visit(browser);
    const page = await context.newPage();
    await openDataset(page, demo.source, demo.child);
    const grid = page.getByRole('grid');
    await grid.focus();
    const active = () =>
      grid.evaluate((element) =>
        document
          .getElementById(element.getAttribute('aria-activedescendant') ?? '')
          ?.closest('[role=row]')
          ?.getAttribute('aria-rowindex'),
      );
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(active).toBe('4');
    await page.keyboard.press('Space');
    await page.getByText('1 row selected').waitFor();
    await page.keyboard.press('Control+End');
    const rows = Number(await grid.getAttribute('aria-rowcount'));
    await expect.poll(active).toBe(String(rows));
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('sort'));
    await gridReady(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('row'));
    await context.close();
  });

  test('shortcuts: search, switcher, list', async () => {
    const context = await visit(browser);
    const page = await context.newPage();
    await openDataset(page, demo.source, demo.child);
    await page.keyboard.press('/');
    await page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Search in all text columns',
    );
    await page.keyboard.press('Control+k');
    await page
      .getByRole('combobox', { name: 'Go to a dataset…' })
      .fill(demo.datasets.get(demo.big)?.label ?? '');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/${demo.big}*`);
    await page.waitForSelector('[role=grid][aria-busy=false]');
    await chord(page, 'g', 'd', '/');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await context.close();
  });

  test('a deep filter that came by link is shown, kept and can be removed', async () => {
    const context = await visit(browser);
    const page = await context.newPage();
    const dataset = demo.datasets.get(demo.child);
    const column = (dataset && textColumn(dataset)) ?? '';
    const key = dataset?.key[0] ?? '';
    const deep = {
      not: {
        or: [
          { column, op: 'is_null' },
          {
            and: [
              { column, op: 'contains', value: 'zz' },
              { column: key, op: 'is_null' },
            ],
          },
        ],
      },
    };
    const filter = JSON.stringify({ and: [deep, { column, op: 'contains', value: 'a' }] });
    await openDataset(page, demo.source, demo.child, `?filter=${encodeURIComponent(filter)}`);
    const expected = await count(demo.source, demo.child, { filter: JSON.parse(filter) as unknown });
    await page.getByText(`${expected.toLocaleString('en')} row`).waitFor();
    await page.getByRole('button', { name: /^Remove the filter not/ }).click();
    await page.waitForURL(
      (url) => url.searchParams.get('filter') === JSON.stringify({ column, op: 'contains', value: 'a' }),
    );
    await context.close();
  });
});
