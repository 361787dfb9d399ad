import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './axe';
import { base, chord, launch, phone, visit } from './browser';
import { api, openDataset, textColumn, findWorkspace, type Workspace } from './workspace';
import { discard, ended, getRun, type Run, runsInEveryState, startRun } from './runs';

let browser: Browser;
let demo: Workspace;
let filter: object;
const made: string[] = [];

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
  const dataset = demo.datasets.get(demo.child);
  filter = { column: (dataset && textColumn(dataset)) ?? '', op: 'contains', value: 'a' };
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const id of made.splice(0)) await discard(id);
});

/** Slow enough to be seen under way. */
const slow = async () => {
  const run = await startRun(demo.source, demo.big, { format: 'xlsx' });
  made.push(run.id);
  return run;
};
const entry = (page: Page, id: string) => page.locator(`[data-run="${id}"]`);

/** The run that the steps ask for. */
async function started(page: Page, steps: () => Promise<void>): Promise<Run> {
  const [answer] = await Promise.all([
    page.waitForResponse((each) => /\/(exports|rerun)$/.test(each.url()) && each.status() === 202),
    steps(),
  ]);
  const run = (await answer.json()) as Run;
  made.push(run.id);
  return run;
}

async function startFromDialog(page: Page): Promise<Run> {
  await openDataset(page, demo.source, demo.child, `?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  await page.getByRole('button', { name: 'Export', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: /^Export/ });
  await dialog.getByLabel('Delivery').selectOption('background');
  await dialog.getByText(/rows? · about .* · in the background/).waitFor();
  const run = await started(page, () => dialog.getByRole('button', { name: 'Start export' }).click());
  await dialog.waitFor({ state: 'detached' });
  return run;
}

async function direct(): Promise<Buffer> {
  const columns = demo.datasets.get(demo.child)?.columns.map((each) => each.name);
  const answer = await fetch(base + api(demo.source, demo.child, '/export'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ view: { filter, columns }, format: 'csv', tier: 'direct' }),
  });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

async function downloaded(page: Page, click: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

const LOOKS: [string, BrowserContextOptions][] = [
  ['on a desktop', {}],
  ['on a phone', phone],
];

describe.each(LOOKS)('%s', (_, options) => {
  test('an export made in the background is the file that a direct export is', async () => {
    const context = await visit(browser, options);
    const page = await context.newPage();
    const run = await startFromDialog(page);

    // Away and back, by reload: nothing of it is only in the page's memory.
    await page.goto('/');
    await page.getByRole('region', { name: 'All datasets' }).waitFor();
    await page.goto('/exports');
    await entry(page, run.id).getByText('Completed').waitFor();
    const { name, bytes } = await downloaded(page, () =>
      entry(page, run.id)
        .getByRole('button', { name: /^Download/ })
        .click(),
    );
    expect(name).toMatch(/\.csv$/);
    expect(bytes.equals(await direct())).toBe(true);

    const again = await started(page, () =>
      entry(page, run.id)
        .getByRole('button', { name: /^Run .* again$/ })
        .click(),
    );
    expect(again.id).not.toBe(run.id);
    await entry(page, again.id).getByText('Completed').waitFor();
    await entry(page, run.id)
      .getByRole('button', { name: /^Delete/ })
      .click();
    await page
      .getByRole('dialog', { name: 'Delete export?' })
      .getByRole('button', { name: 'Delete' })
      .click();
    await entry(page, run.id).waitFor({ state: 'detached' });
    expect(await entry(page, again.id).count()).toBe(1);
    expect((await fetch(`${base}/api/v1/runs/${run.id}`)).status).toBe(404);
    await page.reload();
    await entry(page, again.id).waitFor();
    expect(await entry(page, run.id).count()).toBe(0);
    await context.close();
  });

  test('an export begins on the page of exports, with everything there is to choose', async () => {
    const context = await visit(browser, options);
    const page = await context.newPage();
    await page.goto('/exports');
    await page.getByRole('button', { name: 'New export…' }).click();
    const first = page.getByRole('dialog', { name: 'New export' });
    await first.getByLabel('Dataset').selectOption({ label: demo.datasets.get(demo.child)?.label ?? '' });
    await expectAccessible(page, 'new export');
    await first.getByRole('button', { name: 'Continue' }).click();
    const dialog = page.getByRole('dialog', { name: /^Export/ });
    await dialog.getByLabel('Delivery').selectOption('background');
    await dialog.getByText(/rows? · about .* · in the background/).waitFor();
    const run = await started(page, () => dialog.getByRole('button', { name: 'Start export' }).click());
    await entry(page, run.id).getByText('Completed').waitFor();
    await context.close();
  });

  test('a large export is one for the background, is followed across pages, and can be cancelled', async () => {
    const context = await visit(browser, options);
    const page = await context.newPage();
    await openDataset(page, demo.source, demo.big);
    await page.getByRole('button', { name: 'Export', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: /^Export/ });
    await dialog.getByRole('radio', { name: /^Excel/ }).check({ force: true });
    await dialog.getByText('.xlsx', { exact: true }).waitFor();
    await dialog.getByText(/rows · about .* · in the background/).waitFor();
    expect(await dialog.getByLabel('Delivery').inputValue()).toBe('auto');
    const run = await started(page, () => dialog.getByRole('button', { name: 'Start export' }).click());
    await page.getByText('Export started', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Exports', exact: true }).click();
    await entry(page, run.id)
      .getByText(/^Exporting [\d,]+ of [\d,]+ rows$/)
      .waitFor();

    const badge = page.getByRole('button', { name: /exports? in progress/ });
    await page.getByRole('link', { name: 'Rowport', exact: true }).click();
    await page.getByRole('region', { name: 'All datasets' }).waitFor();
    await badge.click();
    await page.getByRole('button', { name: /^Cancel / }).click();
    await page.getByText('Nothing in progress.').waitFor();
    await page.getByRole('link', { name: 'All exports' }).click();
    await entry(page, run.id).getByText('Cancelled').waitFor();
    await badge.waitFor({ state: 'detached' });
    expect(
      await entry(page, run.id)
        .getByRole('button', { name: /^Download/ })
        .count(),
    ).toBe(0);
    expect((await getRun(run.id)).state).toBe('cancelled');
    await context.close();
  });
});

test('the end of an export is reported where it was started, on any page', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  const run = await startFromDialog(page);
  const toast = page.getByRole('dialog').filter({ hasText: 'is ready' });
  await toast.waitFor();
  await expectAccessible(page, 'the notice');
  const { bytes } = await downloaded(page, () => toast.getByRole('button', { name: 'Download' }).click());
  expect(bytes).toHaveLength((await ended(run.id)).artifact?.bytes ?? -1);
  // Told once, and only here.
  await page.reload();
  const other = await (await visit(browser)).newPage();
  await other.goto('/exports');
  await entry(other, run.id).waitFor();
  // The next one is told here, and what was told before is not told again; elsewhere nothing is told.
  const next = await startFromDialog(page);
  await toast.waitFor();
  await entry(other, next.id).getByText('Completed').waitFor();
  expect(await page.getByText('is ready').count()).toBe(1);
  expect(await other.getByText('is ready').count()).toBe(0);
  await other.context().close();
  await context.close();
});

test('a failure is reported with its reason where it was started', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  const history = runsInEveryState(demo);
  await page.addInitScript(
    (ids) => localStorage.setItem('rowport.own-runs', JSON.stringify(ids)),
    history.runs.map(({ id }) => id),
  );
  await page.route('**/api/v1/runs?*', (route) => route.fulfill({ json: history }));
  await page.goto('/');
  const toast = page.getByRole('dialog').filter({ hasText: 'failed' });
  await toast.getByText('The database went away.').waitFor();
  await toast.getByRole('button', { name: 'Exports' }).click();
  await page.getByRole('heading', { name: 'Exports', exact: true }).waitFor();
  await context.close();
});

test('permission to notify is asked for when the first export starts, and used only out of sight', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  await page.addInitScript(() => {
    const shown: string[] = [];
    let asked = 0;
    const FakeNotification = Object.assign(
      // Called with `new`, which an arrow function cannot be.
      function (title: string) {
        shown.push(title);
      },
      {
        permission: 'default',
        requestPermission: () => {
          asked += 1;
          FakeNotification.permission = 'granted';
          return Promise.resolve('granted');
        },
      },
    );
    Object.assign(window, { Notification: FakeNotification, notices: () => ({ asked, shown }) });
  });
  const notices = () =>
    page.evaluate(() =>
      (window as unknown as { notices: () => { asked: number; shown: string[] } }).notices(),
    );
  await page.goto('/exports');
  await page.getByRole('heading', { name: 'Exports', exact: true }).waitFor();
  expect((await notices()).asked).toBe(0);
  await startFromDialog(page);
  expect((await notices()).asked).toBe(1);
  await page.getByText('is ready').waitFor();
  expect((await notices()).shown).toEqual([]);

  await page.evaluate(() => void Object.defineProperty(document, 'hidden', { value: true }));
  await page.getByRole('button', { name: 'Export', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: /^Export/ });
  await dialog.getByLabel('Delivery').selectOption('background');
  await dialog
    .getByText(/in the background$/)
    .first()
    .waitFor();
  await started(page, () => dialog.getByRole('button', { name: 'Start export' }).click());
  await page.waitForFunction(
    () => (window as unknown as { notices: () => { shown: string[] } }).notices().shown.length === 1,
  );
  expect((await notices()).asked).toBe(1);
  expect((await notices()).shown[0]).toMatch(/ is ready$/);
  await context.close();
});

test('the history is filtered by the address, and what happens elsewhere arrives', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  await page.goto('/exports');
  const run = await slow();
  await entry(page, run.id).getByText('Running', { exact: true }).waitFor();
  await page.getByLabel('State').selectOption('completed');
  await page.waitForURL('**/exports?state=completed');
  await entry(page, run.id).waitFor({ state: 'detached' });
  await page.goto(`/exports?state=running&source=${demo.source}&dataset=${demo.big}`);
  await entry(page, run.id).waitFor();
  expect(await page.getByRole('combobox', { name: 'Dataset', exact: true }).inputValue()).toBe(
    `${demo.source}/${demo.big}`,
  );
  await page
    .getByRole('combobox', { name: 'Dataset', exact: true })
    .selectOption(`${demo.source}/${demo.child}`);
  await entry(page, run.id).waitFor({ state: 'detached' });
  await page.goto('/exports');
  await fetch(`${base}/api/v1/runs/${run.id}/cancel`, { method: 'POST' });
  await entry(page, run.id).getByText('Cancelled').waitFor();
  await discard(run.id);
  await entry(page, run.id).waitFor({ state: 'detached' });
  await context.close();
});

test('older exports come page by page', async () => {
  for (let index = 0; index < 55; index += 1)
    made.push((await startRun(demo.source, demo.child, { format: 'csv', limit: 1 })).id);
  const context = await visit(browser);
  const page = await context.newPage();
  await page.goto('/exports');
  const [first = '', last = ''] = [made[0], made.at(-1)];
  await entry(page, last).waitFor();
  expect(await entry(page, first).count()).toBe(0);
  await page.getByRole('button', { name: 'Older exports' }).click();
  await entry(page, first).waitFor();
  const ids = await page.$$eval('[data-run]', (entries) =>
    entries.map((each) => each.getAttribute('data-run')),
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort().reverse()).toEqual(ids);
  await context.close();
});

test('without the stream, the page asks', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  await page.route('**/api/v1/events', (route) => route.fulfill({ status: 503, body: '' }));
  const refused = page.waitForResponse('**/api/v1/events');
  await page.goto('/exports');
  await page.getByRole('heading', { name: 'Exports', exact: true }).waitFor();
  await refused;
  const run = await startRun(demo.source, demo.child, { format: 'csv', limit: 1 });
  made.push(run.id);
  await entry(page, run.id).getByText('Completed').waitFor();
  await context.close();
});

test('the keyboard reaches everything there is to do', async () => {
  const run = await startRun(demo.source, demo.child, { format: 'csv', limit: 1 });
  made.push(run.id);
  await ended(run.id);
  const context = await visit(browser);
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('region', { name: 'All datasets' }).waitFor();
  await chord(page, 'g', 'e', '/exports');
  await entry(page, run.id).waitFor();
  await page.getByRole('combobox', { name: 'Dataset', exact: true }).focus();
  const reached: string[] = [];
  for (let step = 0; step < 5; step += 1) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      ),
    );
  }
  expect(reached[0]).toBe('My exports in the last 14 days');
  expect(reached[1]).toBe(demo.datasets.get(demo.child)?.label);
  expect(reached[2]).toMatch(/^Download /);
  expect(reached[3]).toMatch(/^Run .* again$/);
  expect(reached[4]).toMatch(/^Delete /);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Delete export?' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^Delete /);
  await context.close();
});
