import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gridReady, launch } from './browser';
import { ADMIN, addPerson, adminBrowser, browserOf, join, makeRole, PASSWORD, signIn } from './people';
import { type Server, startServer } from './server';

let browser: Browser;
let server: Server;

beforeAll(async () => {
  server = await startServer();
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

// The first administrator makes what comes after: these tests stand in their order.

test('the first administrator comes in by the link, and the secret is taken out of the address', async () => {
  const context = await browserOf(browser, server);
  const page = await context.newPage();
  // Every page needs a user.
  await page.goto('/exports?state=failed');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByText('Open the setup link printed in the server’s terminal or log.').waitFor();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/exports?state=failed');

  await page.goto(server.firstLink);
  await page.getByText('Create the first administrator account.').waitFor();
  expect(page.url()).toBe(`${server.url}/join`);
  await page.getByLabel('Your name').fill('Ada Byron');
  await page.getByLabel('E-mail address').fill(ADMIN);
  const password = page.getByLabel('New password');
  await password.fill('short');
  await page.getByText('At least 12 characters: 7 more.').waitFor();
  await page.getByRole('button', { name: 'Show password' }).click();
  expect(await password.getAttribute('type')).toBe('text');
  expect(await password.getAttribute('autocomplete')).toBe('new-password');
  await password.fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'All datasets' }).waitFor();
  await page.getByRole('button', { name: 'Account: Ada Byron' }).click();
  await page.getByRole('menu').getByText(ADMIN).waitFor();
  await context.close();

  const again = await browserOf(browser, server);
  const late = await again.newPage();
  await late.goto(server.firstLink);
  await late.getByRole('heading', { name: 'This link has expired or was already used' }).waitFor();
  await late.reload();
  await late.getByRole('heading', { name: 'The link is incomplete' }).waitFor();
  await again.close();
});

test('a user signs in, comes to the page that was asked for, and signs out', async () => {
  const context = await browserOf(browser, server);
  const page = await context.newPage();
  await page.goto('/datasets/demo/records?search=a&sort=-id');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.getByLabel('E-mail address').getAttribute('autocomplete')).toBe('username');
  await signIn(page, ADMIN, 'wrong horse battery');
  await page.getByRole('alert').getByText('Wrong e-mail address or password.').waitFor();
  await signIn(page, ADMIN);
  await gridReady(page);
  expect(page.url()).toBe(`${server.url}/datasets/demo/records?search=a&sort=-id`);

  await page.goto('/exports');
  await page.getByRole('button', { name: 'Account: Ada Byron' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  // What the browser kept of the page before shows nothing of it any more.
  await page.goBack();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.getByRole('grid').count()).toBe(0);

  await page.goto('/sign-in?next=//evil.example/');
  await signIn(page, ADMIN);
  await page.getByRole('region', { name: 'All datasets' }).waitFor();
  expect(page.url()).toBe(`${server.url}/`);
  // A signed-in user need not do so again.
  await page.goto('/sign-in?next=/exports');
  await page.getByRole('heading', { name: 'Exports', exact: true }).waitFor();
  await context.close();
});

test('a person changes their own password, and is signed out everywhere else', async () => {
  const admin = await adminBrowser(browser, server);
  const { path } = await addPerson(admin, 'cara@example.org', ['viewer']);
  const here = await browserOf(browser, server);
  const page = await here.newPage();
  await join(page, path);
  const elsewhere = await browserOf(browser, server);
  const login = { email: 'cara@example.org', password: PASSWORD };
  expect((await elsewhere.request.post('/api/v1/session', { data: login })).status()).toBe(200);

  await page.goto('/settings/sessions');
  const form = page.getByRole('region', { name: 'Password', exact: true });
  const fill = async (old: string, fresh: string) => {
    await form.getByLabel('Current password').fill(old);
    await form.getByLabel('New password').fill(fresh);
    await page.keyboard.press('Enter');
  };
  await fill('not this one', 'another long phrase');
  await form.getByRole('alert').getByText('Wrong current password.').waitFor();
  await fill(PASSWORD, 'password1234');
  await form
    .getByRole('alert')
    .getByText(/among the first that are guessed/)
    .waitFor();
  await fill(PASSWORD, 'another long phrase');
  await page.getByText('You were signed out everywhere else.').waitFor();
  expect(await form.getByLabel('New password').inputValue()).toBe('');
  expect((await elsewhere.request.get('/api/v1/session')).status()).toBe(401);
  expect((await here.request.get('/api/v1/session')).status()).toBe(200);
  await Promise.all([admin, here, elsewhere].map((context) => context.close()));
});

test('after too many attempts the user learns how long to wait', async () => {
  const context = await browserOf(browser, server);
  const page = await context.newPage();
  await page.goto('/sign-in');
  for (let round = 0; round < 10; round += 1)
    await context.request.post('/api/v1/session', { data: { email: 'eve@example.org', password: 'x' } });
  await signIn(page, 'eve@example.org', 'y');
  await page.getByText(/Too many attempts\. Try again in \d+ minutes\./).waitFor();
  await context.close();
});

test('a role hides one column and masks another, and its holder sees them nowhere', async () => {
  const admin = await adminBrowser(browser, server);
  const page = await admin.newPage();
  await page.goto('/settings/roles');
  await page.getByRole('button', { name: 'Create role' }).click();
  const editor = page.getByRole('dialog', { name: 'Create role' });
  await editor.getByRole('button', { name: 'Save' }).click();
  await editor.getByText('Enter a name.').waitFor();
  await editor.getByLabel('Name').fill('Support');
  await editor.getByLabel('Add a dataset').selectOption('demo/*');
  await editor.getByLabel('Export rows').check();
  for (const [number, column, effect] of [
    [1, 'order_id', 'hidden'],
    [2, 'item', 'masked'],
  ] as const) {
    await editor.getByRole('button', { name: /^(Restrict a column|Add column)$/ }).click();
    if (number === 1) await editor.getByLabel('Rule 1: dataset').selectOption('demo/records');
    await editor.getByLabel(`Rule ${number}: column`).selectOption(column);
    await editor.getByLabel(`Rule ${number}: effect`).selectOption(effect);
  }
  await editor.getByRole('button', { name: 'Save' }).click();
  await editor.waitFor({ state: 'detached' });
  await page.locator('[data-role="Support"]').getByText('1 column hidden, 1 masked').waitFor();

  await page.getByRole('link', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Invite user' }).click();
  const form = page.getByRole('dialog', { name: 'Invite user' });
  await form.getByLabel('Name').fill('Grace Hopper');
  await form.getByLabel('E-mail address').fill('grace@example.org');
  await form.getByLabel(/^Support/).check();
  await form.getByRole('button', { name: 'Invite', exact: true }).click();
  const once = page.getByRole('dialog', { name: 'Sign-in link for Grace Hopper' });
  const link = await once.getByRole('textbox', { name: 'Link' }).inputValue();
  await once.getByRole('button', { name: 'Copy' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await once.getByRole('button', { name: 'Done' }).click();
  await page
    .locator('[data-person="grace@example.org"]')
    .getByText('Invited')
    .locator('visible=true')
    .waitFor();

  const rows = await admin.request.post('/api/v1/sources/demo/datasets/records/rows', {
    data: { view: { columns: ['order_id', 'item'] }, limit: 40 },
  });
  const secrets = ((await rows.json()) as { rows: string[][] }).rows.flat();
  expect(secrets.length).toBe(80);

  const hers = await browserOf(browser, server);
  const herPage = await hers.newPage();
  await herPage.goto(link);
  await herPage.getByRole('heading', { name: 'Welcome, Grace Hopper' }).waitFor();
  expect(await herPage.getByLabel('E-mail address').inputValue()).toBe('grace@example.org');
  await join(herPage, link);
  await herPage.goto('/datasets/demo/records');
  await gridReady(herPage);
  const nothing = async (where: string) => {
    const text = await herPage.locator('body').innerText();
    expect(text, where).not.toContain('order_id');
    for (const secret of secrets) expect(text.includes(secret), `${where}: ${secret}`).toBe(false);
  };
  await nothing('grid');
  const masked = herPage.locator('[role=columnheader][data-column="item"]');
  await masked.getByRole('img', { name: 'Masked' }).waitFor();
  expect(await herPage.locator('[role=gridcell]').filter({ hasText: '•••' }).count()).toBeGreaterThan(5);
  // A mask is no value: nothing can be asked of it.
  await masked.getByRole('button', { name: /menu$/ }).click();
  await herPage.getByRole('menuitem', { name: 'Hide' }).waitFor();
  expect(await herPage.getByRole('menuitem', { name: /Sort|Filter/ }).count()).toBe(0);
  await herPage.keyboard.press('Escape');
  await herPage.getByRole('button', { name: 'Filter', exact: true }).click();
  await herPage.getByRole('option', { name: /quantity/ }).waitFor();
  expect(await herPage.getByRole('option', { name: /order_id|item/ }).count()).toBe(0);
  await herPage.keyboard.press('Escape');
  await herPage.getByRole('button', { name: 'Columns', exact: true }).click();
  await herPage.getByRole('checkbox', { name: 'item', exact: true }).waitFor();
  await nothing('column chooser');
  await herPage.keyboard.press('Escape');
  await herPage.getByRole('button', { name: 'Open row 1', exact: true }).click({ force: true });
  await herPage.getByRole('region', { name: 'Row', exact: true }).getByText('•••').waitFor();
  await nothing('row');

  await herPage.getByRole('button', { name: 'Export', exact: true }).first().click();
  const dialog = herPage.getByRole('dialog', { name: /^Export/ });
  await dialog.getByText(/rows? · about/).waitFor();
  await dialog.getByLabel('Columns').selectOption('custom');
  await nothing('export');
  const [file] = await Promise.all([
    herPage.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download' }).click(),
  ]);
  const bytes = await readFile(await file.path(), 'utf8');
  expect(bytes.split('\n')[0]).toMatch(/^id,sale_date,item,/);
  expect(bytes).toContain('•••');
  for (const secret of secrets) expect(bytes.includes(secret), secret).toBe(false);

  // Nor do the pages of administrators open for her.
  expect(await herPage.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  for (const path of ['/settings/people', '/settings/roles', '/audit']) {
    await herPage.goto(path);
    await herPage.getByRole('heading', { name: 'You don’t have access to this page' }).waitFor();
  }
  await herPage.goto('/settings');
  await herPage.getByRole('heading', { name: 'API keys', exact: true }).waitFor();
  expect(await herPage.getByRole('link', { name: /People|Roles/ }).count()).toBe(0);
  expect(await herPage.getByLabel('All users').count()).toBe(0);
  await herPage.goto('/exports');
  await herPage.getByLabel('State').waitFor();
  expect(await herPage.getByLabel('Owner').count()).toBe(0);
  await hers.close();
  await admin.close();
});

test('a user who may not export a dataset has no button for it there', async () => {
  const admin = await adminBrowser(browser, server);
  const role = await makeRole(admin, {
    name: 'Export brands only',
    grants: [
      { permissions: ['records.read'], datasets: ['demo/*'] },
      { permissions: ['records.export'], datasets: ['demo/brands'] },
    ],
  });
  const { path } = await addPerson(admin, 'kay@example.org', [role]);
  const context = await browserOf(browser, server);
  const page = await context.newPage();
  await join(page, path);
  await page.goto('/datasets/demo/brands');
  await gridReady(page);
  await page.getByRole('button', { name: 'Export', exact: true }).waitFor();
  await page.getByRole('checkbox', { name: 'Select row 2', exact: true }).click();
  const bar = page.getByRole('region', { name: 'Selection' });
  await bar.getByRole('button', { name: 'Export', exact: true }).waitFor();
  expect(await bar.getByRole('button', { name: /^(Delete|Set fields)/ }).count()).toBe(0);
  await page.goto('/datasets/demo/records');
  await gridReady(page);
  expect(await page.getByRole('button', { name: 'Export', exact: true }).count()).toBe(0);
  // Nothing can be done with rows that are selected, so none can be.
  expect(await page.getByRole('checkbox').count()).toBe(0);
  await context.close();
  await admin.close();
});

test('an API key is shown once, does what it may, and works no more when it is revoked', async () => {
  const admin = await adminBrowser(browser, server);
  const page = await admin.newPage();
  await page.goto('/settings/keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  const form = page.getByRole('dialog', { name: 'Create API key' });
  await form.getByLabel('Name').fill('Nightly report');
  await form.getByLabel('Export rows').uncheck();
  await form.getByRole('button', { name: 'Create key' }).click();
  const once = page.getByRole('dialog', { name: 'API key Nightly report' });
  const secret = await once.getByLabel('Secret').inputValue();
  // A click beside it does not take it away.
  await page.mouse.click(5, 5);
  expect(await once.isVisible()).toBe(true);
  await once.getByRole('button', { name: 'Done' }).click();
  await page.locator('[data-key="Nightly report"]').getByText('View rows in every dataset').waitFor();
  expect(await page.content()).not.toContain(secret);

  const ask = (path: string) =>
    fetch(`${server.url}/api/v1/sources/demo/datasets/brands${path}`, {
      headers: { Authorization: `Bearer ${secret}` },
    });
  expect((await ask('/rows')).status).toBe(200);
  expect((await ask('/export?format=csv')).status).toBe(403);
  await page.getByRole('button', { name: 'Revoke Nightly report' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No API keys yet').waitFor();
  expect((await ask('/rows')).status).toBe(401);
  await admin.close();
});

test('a session that is ended elsewhere leads to the sign-in page, and back', async () => {
  const admin = await adminBrowser(browser, server);
  const { path } = await addPerson(admin, 'hedy@example.org', ['viewer']);
  const context = await browserOf(browser, server);
  const page = await context.newPage();
  await join(page, path);
  await page.goto('/datasets/demo/brands?sort=name');
  await gridReady(page);

  const settings = await admin.newPage();
  await settings.goto('/settings/sessions');
  await settings.getByText('This device').waitFor();
  await settings.getByLabel('All users').check();
  await settings.getByRole('button', { name: /^End the session of hedy/ }).click();
  await settings.getByText('Session ended').waitFor();

  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, 'hedy@example.org');
  await gridReady(page);
  expect(page.url()).toBe(`${server.url}/datasets/demo/brands?sort=name`);

  // Suspending ends it too, and says so at the next sign-in.
  await settings.goto('/settings/people');
  await settings.getByRole('button', { name: 'Actions for hedy' }).click();
  await settings.getByRole('menuitem', { name: 'Suspend…' }).click();
  await settings.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  await settings
    .locator('[data-person="hedy@example.org"]')
    .getByText('Suspended')
    .locator('visible=true')
    .waitFor();
  await page.reload();
  await signIn(page, 'hedy@example.org');
  await page.getByText('This account is suspended. Ask an administrator.').waitFor();
  await settings.getByRole('button', { name: 'Actions for hedy' }).click();
  await settings.getByRole('menuitem', { name: 'Reactivate' }).click();
  await settings.getByText('hedy reactivated').waitFor();
  await signIn(page, 'hedy@example.org');
  await gridReady(page);
  await context.close();
  await admin.close();
});

test('administrators see the exports of all users, and who requested them', async () => {
  const admin = await adminBrowser(browser, server);
  const { path } = await addPerson(admin, 'joan@example.org', ['operator']);
  const context = await browserOf(browser, server);
  const page = await context.newPage();
  await join(page, path);
  const asked = await context.request.post('/api/v1/sources/demo/datasets/brands/exports', {
    data: { format: 'csv' },
  });
  expect(asked.status()).toBe(202);
  const { id } = (await asked.json()) as { id: string };
  const exports = await admin.newPage();
  await exports.goto('/exports');
  await exports.getByText('No exports yet').waitFor();
  await exports.getByLabel('Owner').selectOption('everybodys');
  await exports.locator(`[data-run="${id}"]`).getByText('by joan').waitFor();
  expect(new URL(exports.url()).search).toBe('?everyone=true');
  await exports.getByLabel('Owner').selectOption('mine');
  await exports.getByText('No exports yet').waitFor();
  await exports.goto('/settings/limits');
  await exports.getByText(/^50 of 50 left/).waitFor();
  await page.goto('/settings/limits');
  await page.getByText(/^49 of 50 left/).waitFor();
  await context.close();
  await admin.close();
});

test('the audit tells who did it all', async () => {
  const admin = await adminBrowser(browser, server);
  const page = await admin.newPage();
  await page.goto('/audit');
  await page.getByRole('button', { name: 'signed in' }).first().waitFor();
  const sees = async (action: string, words: string) => {
    await page.goto(`/audit?action=${action}`);
    await page.getByRole('button', { name: words }).first().waitFor();
    expect(await page.locator(`tr[data-action]:not([data-action^="${action}"])`).count()).toBe(0);
  };
  await sees('user.first_admin', 'Ada Byron became the first administrator');
  await sees('role.created', 'created the role “Support”');
  await sees('user.created', 'invited Grace Hopper');
  await sees('user.suspended', 'suspended hedy');
  await sees('key.created', 'created the API key “Nightly report”');
  await sees('export.started', 'started an export of demo/records as CSV');
  await sees('run.asked', 'requested an export of demo/brands in the background');
  await sees('session.refused', 'failed to sign in');

  // The filters are the address.
  await page.goto('/audit');
  await page.getByRole('combobox', { name: 'Who', exact: true }).selectOption({ label: 'Grace Hopper' });
  await page.getByRole('combobox', { name: 'Dataset', exact: true }).selectOption('demo/records');
  await page.getByRole('row').filter({ hasText: 'started an export of demo/records' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('tr[data-action]').length === 1);
  await page.reload();
  await page.getByRole('button', { name: 'started an export of demo/records as CSV' }).click();
  const event = page.getByRole('dialog', { name: /^Event \d+$/ });
  await event.getByText('export.started', { exact: true }).waitFor();
  await event.getByText('127.0.0.1').waitFor();
  await page.keyboard.press('Escape');
  await page.getByLabel('From', { exact: true }).fill('2020-01-01');
  await page.getByLabel('To', { exact: true }).fill('2020-01-02');
  await page.getByText('No matching events').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByLabel('Search', { exact: true }).fill('grace');
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('tr[data-action]')];
    return rows.length > 1 && rows.every((row) => row.textContent.includes('Grace'));
  });
  expect(new URL(page.url()).search).toBe('?search=grace');

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export as NDJSON' }).click(),
  ]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  const names = lines.map((line) => (JSON.parse(line) as { principal_name: string }).principal_name);
  expect(new Set(names)).toEqual(new Set(['Grace Hopper']));
  await admin.close();
});
