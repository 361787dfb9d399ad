import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gridReady, launch, visit } from './browser';
import { openDataset, type Workspace, workspace } from './desk';

let browser: Browser;
let desk: Workspace;

beforeAll(async () => {
  browser = await launch();
  desk = await workspace();
});
afterAll(() => browser.close());

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
