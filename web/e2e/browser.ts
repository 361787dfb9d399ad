import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const servers = (process.env.ROWPORT_URL ?? 'http://127.0.0.1:7878').split(' ');

/** The server of this worker. There are as many workers as servers. */
export const base = servers[(Number(process.env.VITEST_POOL_ID ?? 1) - 1) % servers.length] ?? '';

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
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
  context.setDefaultTimeout(15_000);
  return context;
}

export const phone: BrowserContextOptions = {
  viewport: PHONE,
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};

/** Waits until the grid shows rows, none of them a placeholder. */
export async function gridReady(page: Page) {
  await page.waitForSelector('[role=grid][aria-busy=false]', { timeout: 30_000 });
  await page.waitForFunction(() => document.querySelectorAll('[role=grid] .placeholder-row').length === 0);
}
