import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { visit } from './browser';
import type { Server } from './server';

export const PASSWORD = 'correct horse battery';
export const ADMIN = 'ada@example.org';

interface Invitation {
  path: string;
  user: { id: string };
}

/** A person's browser, on the server where people sign in. */
export function browserOf(
  browser: Browser,
  server: Server,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return visit(browser, { baseURL: server.url, ...options });
}

export async function signIn(page: Page, email: string, password = PASSWORD) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

/** Becomes the first administrator of a new server, by its link. */
export async function becomeAdmin(page: Page, server: Server) {
  await page.goto(server.firstLink);
  await page.getByLabel('Your name').fill('Ada Byron');
  await page.getByLabel('E-mail address').fill(ADMIN);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'All datasets' }).waitFor();
}

/** A context in which the administrator is signed in. */
export async function adminBrowser(browser: Browser, server: Server, options: BrowserContextOptions = {}) {
  const context = await browserOf(browser, server, options);
  const answer = await context.request.post('/api/v1/session', {
    data: { email: ADMIN, password: PASSWORD },
  });
  expect(answer.status()).toBe(200);
  return context;
}

/** Adds a person by the API; they sign in by their link. */
export async function addPerson(admin: BrowserContext, email: string, roles: string[]): Promise<Invitation> {
  const answer = await admin.request.post('/api/v1/users', {
    data: { email, name: email.split('@')[0] ?? email, roles },
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()) as Invitation;
}

/** Makes a role by the API; answers its id. */
export async function makeRole(admin: BrowserContext, body: object): Promise<string> {
  const answer = await admin.request.post('/api/v1/roles', { data: body });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

/** Chooses the password with the link, on the page. */
export async function join(page: Page, path: string) {
  await page.goto(path);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByRole('region', { name: 'All datasets' }).waitFor();
}
