import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, lookAt, LOOKS } from './axe';
import { gridReady, launch, visit } from './browser';
import { runsInEveryState } from './runs';
import { openDataset, textColumn, type Workspace, workspace } from './desk';

let browser: Browser;
let desk: Workspace;

beforeAll(async () => {
  browser = await launch();
  desk = await workspace();
});
afterAll(() => browser.close());

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  const see = (what: string, steps: (page: Page) => Promise<void>) => lookAt(browser, options, what, steps);
  const child =
    (query = '') =>
    (page: Page) =>
      openDataset(page, desk.source, desk.child, query);

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
          desk.datasets.get(desk.child) ?? {
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
      await page.goto(`/datasets/${desk.source}/${desk.child}?search=nothing-has-this`);
      await page.getByText('No rows match').waitFor();
    }));
  test('refused view', () =>
    see('refused', async (page) => {
      await page.goto(`/datasets/${desk.source}/${desk.child}?sort=no_such_column`);
      await page.getByText('Try again').waitFor();
    }));
  test('unknown dataset', () =>
    see('unknown', async (page) => {
      await page.goto(`/datasets/${desk.source}/no_such_dataset`);
      await page.getByText('Try again').waitFor();
    }));
  test('row detail', () =>
    see('detail', async (page) => {
      await child()(page);
      await page.getByRole('button', { name: 'Open row 1', exact: true }).click({ force: true });
      await page.getByRole('region', { name: 'Related rows' }).waitFor();
      await page.waitForTimeout(500);
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
      await page.route('**/api/v1/runs?*', (route) => route.fulfill({ json: runsInEveryState(desk) }));
      await page.goto('/exports');
      await page.getByText('The database went away.').waitFor();
      await page.getByText('attempt 2').waitFor();
      await page.getByText('Exporting 450 of 1,200 rows').waitFor();
      await page.getByText('the file is gone').waitFor();
      await expectAccessible(page, 'exports: list');
      await page.getByRole('button', { name: /exports under way/ }).click();
      await page.getByRole('link', { name: 'All exports' }).waitFor();
      await expectAccessible(page, 'exports: badge');
      await page.keyboard.press('Escape');
      await page.getByText('My exports of the last 14 days').click();
      await page.getByText('33% of 3 exports').waitFor();
      await expectAccessible(page, 'exports: charts');
      await page
        .getByRole('button', { name: /^Delete / })
        .first()
        .click();
      await page.getByRole('dialog', { name: 'Delete the export?' }).waitFor();
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

/** Times between animation frames while `steps` run. */
async function frames(page: Page, steps: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frameTimes: times, framesOn: true });
    let before = performance.now();
    const tick = (now: number) => {
      times.push(now - before);
      before = now;
      if ((window as unknown as { framesOn: boolean }).framesOn) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await steps();
  return page.evaluate(() => {
    Object.assign(window, { framesOn: false });
    return (window as unknown as { frameTimes: number[] }).frameTimes.slice(2);
  });
}

function percentile(values: number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

test('scrolling the largest dataset keeps 95% of frames under 50 ms, and every place can be reached', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  await openDataset(page, desk.source, desk.big);
  const grid = page.getByRole('grid');
  const rows = Number(await grid.getAttribute('aria-rowcount')) - 1;
  await grid.hover({ position: { x: 500, y: 400 } });

  const wheel = await frames(page, async () => {
    for (let step = 0; step < 150; step += 1) await page.mouse.wheel(0, 240);
  });
  const dragged = await frames(page, () =>
    grid.evaluate(async (element) => {
      const height = element.scrollHeight - element.clientHeight;
      for (let step = 0; step <= 120; step += 1) {
        element.scrollTop = (height * step) / 120;
        await new Promise((done) => requestAnimationFrame(done));
      }
    }),
  );
  const sideways = await frames(page, async () => {
    for (let step = 0; step < 40; step += 1) await page.mouse.wheel(step < 20 ? 200 : -200, 0);
  });
  const all = [...wheel, ...dragged, ...sideways];
  const report = `frames over ${rows.toLocaleString('en')} rows: median ${percentile(all, 0.5).toFixed(1)} ms, 95% ${percentile(all, 0.95).toFixed(1)} ms, 99% ${percentile(all, 0.99).toFixed(1)} ms, n ${all.length}`;
  process.stdout.write(`${report}\n`);
  expect(percentile(all, 0.95), report).toBeLessThan(50);

  // The middle, by the scroll bar: rows load there without all that lies before.
  await grid.evaluate((element) => {
    element.scrollTop = (element.scrollHeight - element.clientHeight) * 0.7;
  });
  await page.waitForTimeout(300);
  await gridReady(page);
  const first = Number(await page.locator('[data-row]').first().getAttribute('data-row'));
  if (rows > 100_000) expect(Math.abs(first / rows - 0.7)).toBeLessThan(0.05);
  // The very end, by keyboard.
  await grid.focus();
  await page.keyboard.press('Control+End');
  await page.waitForFunction(
    () => {
      const element = document.querySelector('[role=grid]');
      const active = document.getElementById(element?.getAttribute('aria-activedescendant') ?? '');
      const line = active?.closest('[role=row]');
      return (
        line?.getAttribute('aria-rowindex') === element?.getAttribute('aria-rowcount') &&
        line?.querySelector('.placeholder-row') === null
      );
    },
    undefined,
    { timeout: 30_000 },
  );
  await context.close();
});

test('the first load transfers at most 250 KB', async () => {
  for (const path of ['/', `/datasets/${desk.source}/${desk.child}`]) {
    const context = await visit(browser);
    const page = await context.newPage();
    const devtools: CDPSession = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    const assets = new Set<string>();
    let bytes = 0;
    devtools.on('Network.responseReceived', ({ requestId, response }) => {
      if (!response.url.includes('/api/')) assets.add(requestId);
    });
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (assets.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(path, { waitUntil: 'load' });
    // The stream of events never ends, so the network is never idle.
    await page.waitForSelector('[role=grid][aria-busy=false], [role=region] table');
    await page.waitForTimeout(1000);
    process.stdout.write(
      `first load of ${path}: ${(bytes / 1000).toFixed(1)} kB in ${assets.size} requests\n`,
    );
    expect(assets.size).toBeGreaterThan(2);
    expect(bytes).toBeLessThan(250_000);
    await context.close();
  }
});
