import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { phone, visit } from './browser';

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with every accessibility violation that axe finds in the page as it stands. */
export async function expectAccessible(page: Page, what: string) {
  await settled(page);
  // Evaluated through the debugger, which the content security policy does not bind.
  await page.evaluate(await source);
  const results = await page.evaluate(() => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    return axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    });
  });
  const found = results.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n    ${nodes
        .slice(0, 3)
        .map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`)
        .join('\n    ')}`,
  );
  expect(found, what).toEqual([]);
}

/** Waits until nothing fades in or out any more: what is half transparent has no contrast to measure. */
async function settled(page: Page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(
    () =>
      document.querySelector('[data-starting-style], [data-ending-style]') === null &&
      document.getAnimations().every(({ playState, effect }) => {
        const endless = effect?.getComputedTiming().endTime === Infinity;
        return endless || playState !== 'running';
      }),
  );
}

/** Every page is to stand all of them. */
export const LOOKS: [string, BrowserContextOptions][] = [
  ['on a desktop, light', { colorScheme: 'light' }],
  ['on a desktop, dark', { colorScheme: 'dark' }],
  ['on a phone, light', { ...phone, colorScheme: 'light' }],
  ['on a phone, dark', { ...phone, colorScheme: 'dark' }],
];

/** Takes the steps in a browser of its own, and fails with what axe or the browser itself complains of. */
export async function lookAt(
  browser: Browser,
  options: BrowserContextOptions,
  what: string,
  steps: (page: Page) => Promise<void>,
) {
  const context = await visit(browser, options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A refused request is part of some of these pages; anything else is a mistake.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await steps(page);
  await expectAccessible(page, what);
  expect(complaints, what).toEqual([]);
  await context.close();
}
