import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';

const servers = (process.env.ROWPORT_URL ?? 'http://127.0.0.1:7878').split(' ');

/** The server of this worker. There are as many workers as servers. */
export const base = servers[(Number(process.env.VITEST_POOL_ID ?? 1) - 1) % servers.length] ?? '';

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The end of waiting for a fact, in milliseconds. Only what hangs reaches it, however slow or busy the machine is. */
export const PATIENCE = Number(process.env.ROWPORT_PATIENCE ?? 300_000);

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    timeout: PATIENCE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A fresh browser profile: nothing remembered, as on a person's first visit. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: base,
    viewport: DESKTOP,
    acceptDownloads: true,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(noticesStay);
  return context;
}

export const phone: BrowserContextOptions = {
  viewport: PHONE,
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};

/** Notices go away after some seconds, in which a busy machine may not have come to look at them. */
function noticesStay() {
  const after = window.setTimeout.bind(window);
  const slower = (run: TimerHandler, delay = 0, ...rest: unknown[]) =>
    after(run, delay >= 4000 && delay <= 20_000 ? delay * 5 : delay, ...rest);
  Object.assign(window, { setTimeout: slower });
}

/** Presses two keys that form one shortcut when they follow each other soon: again, where the machine was too slow. */
export async function chord(page: Page, first: string, second: string, path: string) {
  await expect
    .poll(async () => {
      const there = () => new URL(page.url()).pathname === path;
      if (there()) return true;
      await page.keyboard.press(first);
      await page.keyboard.press(second);
      return there();
    })
    .toBe(true);
}

/** Waits until the grid shows rows, none of them a placeholder. */
export async function gridReady(page: Page) {
  await page.waitForSelector('[role=grid][aria-busy=false]');
  await page.waitForFunction(() => document.querySelectorAll('[role=grid] .placeholder-row').length === 0);
}
