import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, visit } from './browser';
import { openDataset, findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
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

test('scrolling the largest dataset keeps 95% of frames under 50 ms', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  await openDataset(page, demo.source, demo.big);
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
  await context.close();
});
