import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gridReady, launch, visit } from './browser';
import { openDataset, findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
});
afterAll(() => browser.close());

test('every row of the largest dataset can be reached', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  await openDataset(page, demo.source, demo.big);
  const grid = page.getByRole('grid');
  const rows = Number(await grid.getAttribute('aria-rowcount')) - 1;

  // The middle, by the scroll bar: rows load there without all that lies before.
  await grid.evaluate((element) => {
    element.scrollTop = (element.scrollHeight - element.clientHeight) * 0.7;
  });
  const first = async () => Number(await page.locator('[data-row]').first().getAttribute('data-row'));
  if (rows > 100_000)
    await expect.poll(async () => Math.abs((await first()) / rows - 0.7)).toBeLessThan(0.05);
  await gridReady(page);
  // The very end, by keyboard.
  await grid.focus();
  await page.keyboard.press('Control+End');
  await page.waitForFunction(() => {
    const element = document.querySelector('[role=grid]');
    const active = document.getElementById(element?.getAttribute('aria-activedescendant') ?? '');
    const line = active?.closest('[role=row]');
    return (
      line?.getAttribute('aria-rowindex') === element?.getAttribute('aria-rowcount') &&
      line?.querySelector('.placeholder-row') === null
    );
  });
  await context.close();
});

test('the first load transfers at most 250 KB', async () => {
  for (const path of ['/', `/datasets/${demo.source}/${demo.child}`]) {
    const context = await visit(browser);
    const page = await context.newPage();
    const devtools: CDPSession = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    const assets = new Set<string>();
    const loading = new Set<string>();
    let bytes = 0;
    devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
      if (request.url.includes('/api/')) return;
      assets.add(requestId);
      loading.add(requestId);
    });
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (loading.delete(requestId)) bytes += encodedDataLength;
    });
    devtools.on('Network.loadingFailed', ({ requestId }) => loading.delete(requestId));
    await page.goto(path, { waitUntil: 'load' });
    // The stream of events never ends, so the network is never idle.
    await page.waitForSelector('[role=grid][aria-busy=false], [role=region] table');
    await expect.poll(() => loading.size).toBe(0);
    process.stdout.write(
      `first load of ${path}: ${(bytes / 1000).toFixed(1)} kB in ${assets.size} requests\n`,
    );
    expect(assets.size).toBeGreaterThan(2);
    expect(bytes).toBeLessThan(250_000);
    await context.close();
  }
});
