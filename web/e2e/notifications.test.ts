import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server as Listener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from './browser';
import { addPerson, adminBrowser, becomeAdmin, browserOf, join } from './people';
import { type Server, startServer } from './server';

const SECRET = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

const heard: { headers: IncomingHttpHeaders; body: string }[] = [];
let listener: Listener;
let browser: Browser;
let server: Server;

beforeAll(async () => {
  listener = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      heard.push({ headers: request.headers, body });
      response.end();
    });
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  server = await startServer({
    config:
      '[notifications.webhooks.warehouse]\nurl_env = "HOOK_URL"\nsecret_env = "HOOK_SECRET"\nallow_private = true\n' +
      // Nothing listens there.
      '[notifications.email]\nserver = "127.0.0.1"\nport = 9\nsecurity = "none"\nfrom = "rowport@example.org"\n',
    variables: { HOOK_URL: `http://127.0.0.1:${port}/hook`, HOOK_SECRET: `whsec_${SECRET}` },
  });
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  listener.close();
});

test('an administrator sends tests and sees their results, and no other user does', async () => {
  const first = await browserOf(browser, server);
  const page = await first.newPage();
  await becomeAdmin(page, server);

  await page.goto('/settings/notifications');
  const webhook = page.locator('[data-channel="webhook:warehouse"]');
  await webhook.getByText('Called when an export is ready or fails.').waitFor();
  await page.getByText('No messages yet').waitFor();
  await page.getByRole('button', { name: 'Send a test: Webhook “warehouse”' }).click();
  await page.locator('[data-delivery="sent"]').getByText('Delivered', { exact: true }).waitFor();
  expect(heard.length).toBe(1);
  const { headers, body } = heard[0] ?? { headers: {}, body: '' };
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const mac = createHmac('sha256', Buffer.from(SECRET, 'base64')).update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${mac}`);
  expect(JSON.parse(body)).toMatchObject({ type: 'test' });

  await page.getByRole('button', { name: 'Send a test: E-mail' }).click();
  const failed = page.locator('[data-delivery="failed"]');
  await failed.getByText(/^Not delivered: 127\.0\.0\.1: /).waitFor();
  await failed.getByText('E-mail to Ada Byron').waitFor();
  // Neither address nor secret is anywhere on the page.
  const shown = await page.content();
  expect(shown).not.toContain('/hook');
  expect(shown).not.toContain(SECRET);
  await first.close();

  const admin = await adminBrowser(browser, server);
  const { path } = await addPerson(admin, 'grace@example.org', ['viewer']);
  const hers = await browserOf(browser, server);
  const herPage = await hers.newPage();
  await join(herPage, path);
  await herPage.goto('/settings/limits');
  await herPage.getByRole('heading', { name: 'Limits' }).waitFor();
  expect(await herPage.getByRole('link', { name: 'Notifications' }).count()).toBe(0);
  const refused = await hers.request.post('/api/v1/notifications/webhook:warehouse/test', { data: {} });
  expect(refused.status()).toBe(403);
  expect(heard.length).toBe(1);
  await hers.close();
  await admin.close();
});
