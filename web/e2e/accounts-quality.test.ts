import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible, lookAt, LOOKS } from './axe';
import { base, gridReady, launch } from './browser';
import { access } from './access-fixtures';
import { findWorkspace, type Workspace } from './workspace';

let browser: Browser;
let demo: Workspace;

beforeAll(async () => {
  browser = await launch();
  demo = await findWorkspace();
});
afterAll(() => browser.close());

/** As a user who has signed out of the demo, which would let them in again by itself. */
const asNobody = (page: Page) =>
  page.context().addCookies([{ name: `rowport-${new URL(base).port}`, value: 'out', url: base }]);

/** People, roles, keys, sessions, limits, messages and events in every state, whatever the server has seen so far. */
async function withEverything(page: Page) {
  const { users, roles, keys, sessions, limits, channels, deliveries, audit } = access(demo);
  const answers = {
    users: { users },
    roles: { roles },
    keys: { keys },
    sessions: { sessions },
    limits,
    notifications: { channels },
    'notifications/deliveries': deliveries,
    audit,
  };
  for (const [path, json] of Object.entries(answers))
    await page.route(new RegExp(`/api/v1/${path}(\\?.*)?$`), (route) => route.fulfill({ json }));
}

/** Nothing sticks out at the side. */
async function expectNoSideways(page: Page) {
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('main [role=region], main > *')]
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.getAttribute('aria-label') ?? element.className),
  );
  expect(wide).toEqual([]);
}

describe.each(LOOKS)('axe finds nothing %s', (_, options) => {
  const see = (what: string, steps: (page: Page) => Promise<void>) => lookAt(browser, options, what, steps);
  const settings = async (page: Page, part: string) => {
    await withEverything(page);
    await page.goto(`/settings/${part}`);
  };

  test('sign in', () =>
    see('sign in', async (page) => {
      await asNobody(page);
      await page.goto('/exports');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await expectAccessible(page, 'sign in: empty');
      await page.route('**/api/v1/session', (route) =>
        route.fulfill({
          status: 401,
          json: { title: 'Unauthorized', status: 401, code: 'wrong_password', detail: 'no' },
        }),
      );
      await page.getByLabel('E-mail address').fill('ada@example.org');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    }));
  test('join', () =>
    see('join', async (page) => {
      await page.route('**/api/v1/invitations/find', (route) =>
        route.fulfill({ json: { first_admin: true } }),
      );
      await page.goto('/join#secret');
      await page.getByLabel('Your name').waitFor();
      await expectAccessible(page, 'join: first administrator');
      await page.route('**/api/v1/invitations/find', (route) =>
        route.fulfill({ json: { first_admin: false, email: 'grace@example.org', name: 'Grace Hopper' } }),
      );
      await page.goto('/join#another');
      await page.getByRole('heading', { name: 'Welcome, Grace Hopper' }).waitFor();
      await expectAccessible(page, 'join: invited');
      await page.unroute('**/api/v1/invitations/find');
      await page.goto('/join#worthless');
      await page.getByRole('heading', { name: 'This link has expired or was already used' }).waitFor();
    }));
  test('account menu', () =>
    see('account', async (page) => {
      await page.goto('/');
      await page.getByRole('button', { name: /^Account/ }).click();
      await page.getByRole('menuitem', { name: 'Settings' }).waitFor();
    }));
  test('people', () =>
    see('people', async (page) => {
      await settings(page, 'people');
      await page
        .locator('[data-person="grace@example.org"]')
        .getByText('Suspended')
        .locator('visible=true')
        .waitFor();
      await expectNoSideways(page);
      await expectAccessible(page, 'people: list');
      await page.getByRole('button', { name: 'Actions for Grace Hopper' }).click();
      await page.getByRole('menuitem', { name: 'Reactivate' }).waitFor();
      await expectAccessible(page, 'people: menu');
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('dialog', { name: 'Delete Grace Hopper?' }).waitFor();
      await expectAccessible(page, 'people: removing');
      await page.keyboard.press('Escape');
      await page.route('**/api/v1/users/*/invitation', (route) =>
        route.fulfill({ json: access(demo).invitation }),
      );
      await page.getByRole('button', { name: 'Actions for Grace Hopper' }).click();
      await page.getByRole('menuitem', { name: 'Reset password…' }).click();
      await page.getByRole('dialog', { name: 'Sign-in link for Grace Hopper' }).waitFor();
      await expectAccessible(page, 'people: link');
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Invite user' }).click();
      await page
        .getByRole('dialog', { name: 'Invite user' })
        .getByLabel(/^Support/)
        .waitFor();
    }));
  test('roles', () =>
    see('roles', async (page) => {
      await settings(page, 'roles');
      await page.locator('[data-role="Support"]').waitFor();
      await expectNoSideways(page);
      await expectAccessible(page, 'roles: list');
      await page.getByRole('button', { name: 'Actions for Administrator' }).click();
      await page.getByRole('menuitem', { name: 'View' }).click();
      await page.getByRole('dialog', { name: 'Administrator' }).waitFor();
      await expectAccessible(page, 'roles: built-in');
      await page.getByRole('button', { name: 'Duplicate' }).click();
      const editor = page.getByRole('dialog', { name: 'Create role' });
      expect(await editor.getByLabel('Name').inputValue()).toBe('Copy of Administrator');
      await editor.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Actions for Support' }).click();
      await page.getByRole('menuitem', { name: 'Edit…' }).click();
      await page.getByLabel('Rule 1: column').waitFor();
    }));
  test('keys', () =>
    see('keys', async (page) => {
      await settings(page, 'keys');
      await page.getByText('Never used · never expires').waitFor();
      await expectNoSideways(page);
      await expectAccessible(page, 'keys: list');
      await page.getByRole('button', { name: 'Create key' }).click();
      await page.getByLabel('Expires').selectOption('day');
      await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
      await page.getByText('Enter a name.').waitFor();
    }));
  test('sessions and limits', () =>
    see('sessions', async (page) => {
      await settings(page, 'sessions');
      await page.getByText('Firefox on Windows').waitFor();
      await page.getByLabel('All users').check();
      await expectNoSideways(page);
      await expectAccessible(page, 'sessions: list');
      await page.getByRole('link', { name: 'Limits' }).click();
      await page.getByText('37 of 50 left').waitFor();
      await expectNoSideways(page);
    }));
  test('notifications', () =>
    see('notifications', async (page) => {
      await settings(page, 'notifications');
      await page.getByText('Waiting for attempt 3: it answered 503').waitFor();
      await page.getByRole('button', { name: 'Older messages' }).waitFor();
      await expectNoSideways(page);
    }));
  test('storage', () =>
    see('storage', async (page) => {
      const json = {
        kind: 'bucket',
        place: 'the bucket exports-of-a-desk-with-a-long-name/and/what/comes/before/all/keys',
        files: 37,
        bytes: 1_234_567_890,
        next_expires_at: '2026-11-22T12:00:00Z',
        problem: null as object | null,
      };
      await page.route(/\/api\/v1\/storage$/, (route) => route.fulfill({ json }));
      await page.goto('/settings/storage');
      await page.getByText('Files can be written and read').waitFor();
      await page.getByText('37 files, 1.2 GB').waitFor();
      await expectNoSideways(page);
      await expectAccessible(page, 'storage: good');
      json.problem = { code: 'storage_refused', message: 'the bucket refuses: access denied (403)' };
      await page.reload();
      await page.getByText('the bucket refuses').waitFor();
    }));
  test('audit', () =>
    see('audit', async (page) => {
      await withEverything(page);
      await page.goto('/audit');
      await page.getByRole('button', { name: /started an export of .* as CSV/ }).waitFor();
      await page.getByRole('button', { name: 'Older events' }).waitFor();
      await expectNoSideways(page);
      await expectAccessible(page, 'audit: list');
      await page.getByRole('button', { name: /edited the role/ }).click();
      await page.getByRole('dialog', { name: /^Event/ }).waitFor();
    }));
  test('masked columns', () =>
    see('masked', async (page) => {
      await page.route(/\/api\/v1\/sources\/[^/]+\/datasets\/[^/]+$/, async (route) => {
        const json = (await (await route.fetch()).json()) as { columns: object[]; permissions: string[] };
        json.columns = json.columns.map((column, index) =>
          index === 1 ? { ...column, masked: true } : column,
        );
        json.permissions = ['records.read'];
        await route.fulfill({ json });
      });
      await page.goto(`/datasets/${demo.source}/${demo.child}`);
      await gridReady(page);
      await page.getByRole('img', { name: 'Masked' }).waitFor();
      expect(await page.getByRole('button', { name: 'Export', exact: true }).count()).toBe(0);
      await page.getByRole('button', { name: 'Open row 1', exact: true }).click({ force: true });
      await page
        .getByRole('region', { name: 'Row', exact: true })
        .getByText('You can’t see the values of this column')
        .first()
        .waitFor();
    }));
});

test('the keyboard stays within a dialog, and comes back to where it was', async () => {
  await lookAt(browser, {}, 'keyboard', async (page) => {
    await withEverything(page);
    await page.goto('/settings/people');
    const add = page.getByRole('button', { name: 'Invite user' });
    await add.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Invite user' });
    await dialog.waitFor();
    for (let press = 0; press < 25; press += 1) {
      await page.keyboard.press('Tab');
      expect(
        await dialog.evaluate(
          (element) =>
            element.contains(document.activeElement) ||
            document.activeElement?.hasAttribute('data-base-ui-focus-guard'),
        ),
      ).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await add.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
