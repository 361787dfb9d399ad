import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './axe';
import { launch, visit } from './browser';
import { firstKeys, ownDataset, setByApi, undoByApi } from './bulk';
import { api, getJson, openDataset, findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;
let own: string;
let column: string;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
  ({ own, column } = await ownDataset(demo));
});
afterAll(() => browser.close());

test('a row says what happened to it, the latest first', async () => {
  const key = (await firstKeys(demo, own, 30)).at(-1);
  const value = `told at ${Date.now()}`;
  const change = await setByApi(demo, own, [key], column, value);
  await undoByApi(demo, own, change);
  const path = api(demo.source, own, `/history?key=${encodeURIComponent(JSON.stringify([key]))}`);
  // The audit is told a moment after the change.
  const told = async () => (await getJson<{ changes: { change_set: string }[] }>(path)).changes;
  await expect.poll(async () => (await told())[1]?.change_set).toBe(change);

  const context = await visit(browser, {});
  const page = await context.newPage();
  await openDataset(page, demo.source, own, `?row=${encodeURIComponent(JSON.stringify([key]))}`);
  const entries = page.getByRole('region', { name: 'History' }).getByRole('listitem');
  await entries.first().waitFor();
  expect(await entries.nth(0).innerText()).toMatch(/undid a change/);
  expect(await entries.nth(1).innerText()).toMatch(/changed it/);
  expect(await entries.nth(1).innerText()).toContain(value);
  await expectAccessible(page, 'the history of a row');
  await context.close();
});
