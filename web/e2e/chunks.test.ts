import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, LOOKS } from './axe';
import { gridReady, launch, phone, visit } from './browser';
import { openDataset, findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
});
afterAll(() => browser.close());

async function withPage(options: BrowserContextOptions, steps: (page: Page) => Promise<void>) {
  const context = await visit(browser, options);
  await steps(await context.newPage());
  await context.close();
}

const MISSING = 'This part of the page could not be loaded';

/** As after an upgrade: the files of the page that was opened before are not there any more. */
const upgrade = (page: Page, file: string) =>
  page.route(`**/assets/${file}-*.js`, (route) => route.fulfill({ status: 404, body: 'gone' }));

describe.each([
  ['on a desktop', {}],
  ['on a phone', phone],
] as [string, BrowserContextOptions][])('%s', (_, options) => {
  test('a dialog that cannot be loaded says so beside the page, and opens once it can be', () =>
    withPage(options, async (page) => {
      await openDataset(page, demo.source, demo.child, '?search=e');
      await upgrade(page, 'export-dialog');
      const open = () => page.getByRole('button', { name: 'Export', exact: true }).first().click();
      await open();
      const notice = page.getByRole('dialog').filter({ hasText: MISSING });
      await notice.getByText('Rowport may have been updated').waitFor();
      await notice.getByRole('button', { name: 'Reload' }).waitFor();
      expect(new URL(page.url()).searchParams.get('search')).toBe('e');
      await gridReady(page);
      await page.unroute('**/assets/export-dialog-*.js');
      await open();
      await page.getByRole('dialog', { name: /^Export/ }).waitFor();
    }));

  test('a page that cannot be loaded offers to reload, and comes with the connection', () =>
    withPage(options, async (page) => {
      await openDataset(page, demo.source, demo.child);
      await page.context().setOffline(true);
      if ('isMobile' in options) await page.getByRole('button', { name: 'Open menu' }).click();
      await page.getByRole('link', { name: 'Exports', exact: true }).click();
      await page.getByRole('heading', { name: MISSING }).waitFor();
      await page.getByText('You are offline.').waitFor();
      await page.getByRole('button', { name: 'Reload' }).waitFor();
      // What stands around the page is still there.
      await page.getByRole('link', { name: 'Rowport', exact: true }).waitFor();
      await page.context().setOffline(false);
      await page.getByRole('heading', { name: 'Exports', exact: true }).waitFor();
    }));

  test('a popup that cannot be loaded says so in its place', () =>
    withPage(options, async (page) => {
      await openDataset(page, demo.source, demo.child);
      await upgrade(page, 'column-chooser');
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.getByRole('alert').getByRole('button', { name: 'Reload' }).waitFor();
      await gridReady(page);
    }));
});

test('what is not there, what failed and what could not be loaded are told apart', () =>
  withPage({}, async (page) => {
    await page.goto('/no/such/page');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await page.route(`**/datasets/${demo.child}`, (route) =>
      route.request().url().includes('/api/')
        ? route.fulfill({
            status: 500,
            json: { title: 'Internal Server Error', status: 500, code: 'internal', detail: 'a mistake' },
          })
        : route.continue(),
    );
    await page.goto(`/datasets/${demo.source}/${demo.child}`);
    await page.getByRole('heading', { name: 'Something went wrong' }).waitFor();
  }));

test('what is typed while the list of datasets is still loading goes there, and not to the shortcuts', () =>
  withPage({}, async (page) => {
    let go: () => void = () => undefined;
    const held = new Promise<void>((done) => (go = done));
    await page.route('**/assets/dataset-switcher-*.js', async (route) => {
      await held;
      await route.continue();
    });
    await openDataset(page, demo.source, demo.child);
    const address = page.url();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('settingsx');
    await page.keyboard.press('Backspace');
    go();
    const box = page.getByRole('combobox', { name: 'Go to a dataset…' });
    await box.waitFor();
    expect(await box.inputValue()).toBe('settings');
    await page.keyboard.type(' s');
    await expect.poll(() => box.inputValue()).toBe('settings s');
    expect(page.url()).toBe(address);
  }));

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  test('where a part is missing', () =>
    withPage(options, async (page) => {
      await openDataset(page, demo.source, demo.child);
      await upgrade(page, 'exports-page');
      if ('isMobile' in options) await page.getByRole('button', { name: 'Open menu' }).click();
      await page.getByRole('link', { name: 'Exports', exact: true }).click();
      await page.getByRole('heading', { name: MISSING }).waitFor();
      await expectAccessible(page, 'a page');
      await page.goto(`/datasets/${demo.source}/${demo.child}`);
      await gridReady(page);
      await upgrade(page, 'export-dialog');
      await page.getByRole('button', { name: 'Export', exact: true }).first().click();
      await page.getByRole('dialog').filter({ hasText: MISSING }).waitFor();
      await expectAccessible(page, 'the notice');
    }));
});
