import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './axe';
import { base, launch, phone, visit } from './browser';
import { getJson } from './workspace';
import { discard, ended, type Run } from './runs';

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

interface Kind {
  name: string;
  label: string;
  datasets: { source: string; dataset: string }[];
}

test.each([
  ['on a desktop', {}],
  ['on a phone', phone],
])('the personal data of one person is exported as one archive, %s', async (_, options) => {
  const { subjects } = await getJson<{ subjects: Kind[] }>('/api/v1/subjects');
  const kind = subjects.find(({ name }) => name === 'account');
  expect(kind?.datasets.map(({ dataset }) => dataset)).toEqual(['accounts', 'post_tags', 'posts']);
  const context = await visit(browser, options);
  const page = await context.newPage();
  await page.goto('/exports');
  await page.getByRole('button', { name: 'Personal data export…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Personal data export' });
  await dialog.getByText('From accounts, post_tags, posts').waitFor();
  await expectAccessible(page, 'the dialog');

  // An identifier that no account can have is refused at once, and nothing is lost of what was typed.
  await dialog.getByLabel('Identifier').fill('not a number');
  await dialog.getByRole('button', { name: 'Start export' }).click();
  await dialog.getByText(/is not a number/).waitFor();
  await dialog.getByLabel('Identifier').fill('1');
  const [answer] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith('/subject-exports') && each.status() === 202),
    dialog.getByRole('button', { name: 'Start export' }).click(),
  ]);
  const run = (await answer.json()) as Run;
  await dialog.waitFor({ state: 'detached' });
  const entry = page.locator(`[data-run="${run.id}"]`);
  await entry.getByText('Completed').waitFor();
  await entry.getByText('Personal data export · account 1').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    entry.getByRole('button', { name: /^Download/ }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^demo-account-.*\.zip$/);
  const bytes = await readFile(await file.path());
  expect(bytes).toHaveLength((await ended(run.id)).artifact?.bytes ?? -1);
  for (const name of ['demo/accounts.csv', 'demo/posts.csv', 'demo/post_tags.csv', 'manifest.json'])
    expect(bytes.includes(name)).toBe(true);
  await context.close();
  await discard(run.id);
  expect((await fetch(`${base}/api/v1/runs/${run.id}`)).status).toBe(404);
});
