import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BINARY =
  process.env.ROWPORT_BINARY ?? fileURLToPath(new URL('../../target/debug/rowport', import.meta.url));

/** A server of the tests' own, where people sign in. */
export interface Server {
  url: string;
  /** The link that makes the first administrator. */
  firstLink: string;
  stop: () => Promise<void>;
}

/** What a server is settings beyond the usual. */
interface ServerSettings {
  config: string;
  variables: Record<string, string>;
}

/** Serves a small example workspace without a user yet. */
export async function startServer(settings: ServerSettings = { config: '', variables: {} }): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'rowport-e2e-'));
  await promisify(execFile)(BINARY, ['demo', '--only-generate', '--rows', '2000', '--data-dir', folder]);
  const config = join(folder, 'served.toml');
  await writeFile(
    config,
    `${settings.config}[limits]\nexports_per_hour = 50\n[sources.demo]\nlabel = "Example"\nurl = "sqlite:${join(folder, 'demo-2000.sqlite')}"\n`,
  );
  const server = spawn(
    BINARY,
    ['serve', '--config', config, '--data-dir', join(folder, 'state'), '--listen', '127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...settings.variables } },
  );
  const stop = async () => {
    await ended(server);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const said = await readUntil(server, /\S+\/join#\S+/);
    const firstLink = /\S+\/join#\S+/.exec(said)?.[0] ?? '';
    return { url: new URL(firstLink).origin, firstLink, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the server says until it has said this. */
function readUntil(server: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let text = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      // A line counts when it has ended.
      if (pattern.test(text.slice(0, text.lastIndexOf('\n')))) done(text);
    });
    server.on('error', fail);
    server.on('exit', (code) => fail(new Error(`the server ended with ${code}: ${text}`)));
  });
}

function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined)
    return Promise.resolve();
  return new Promise((done) => {
    const kill = setTimeout(() => server.kill('SIGKILL'), 120_000);
    server.on('exit', () => {
      clearTimeout(kill);
      done();
    });
    server.kill('SIGTERM');
  });
}
