import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { becomeAdmin, browserOf } from './people';
import { type Server, startServer } from './server';

/** A server that has these tables as a source beside the example workspace, prepared for changes, with its administrator. */
export async function serveTables(
  browser: Browser,
  name: string,
  tables: string,
  settings = '',
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'rowport-e2e-'));
  const file = join(folder, `${name}.sqlite`);
  await promisify(execFile)('sqlite3', [file, tables]);
  const config = `[sources.${name}]\nurl = "sqlite:${file}"\n${settings}`;
  const server = await startServer({ config, variables: {} });
  const context = await browserOf(browser, server);
  await becomeAdmin(await context.newPage(), server);
  await context.request.post(`/api/v1/sources/${name}/journal`);
  await context.close();
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...server, stop };
}
