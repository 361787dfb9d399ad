import { base } from './browser';
import { api, getJson, type Workspace } from './workspace';

/** What the tests read of a run. */
export interface Run {
  id: string;
  state: string;
  attempt: number;
  progress: { rows: number; bytes: number };
  artifact?: { id: string; bytes: number; file_name: string } | null;
}

export const getRun = (id: string) => getJson<Run>(`/api/v1/runs/${id}`);

export const startRun = (source: string, dataset: string, body: object) =>
  getJson<Run>(api(source, dataset, '/exports'), body);

/** Leaves nothing behind, whatever state it is in. */
export async function discard(id: string) {
  await fetch(`${base}/api/v1/runs/${id}/cancel`, { method: 'POST' });
  for (let round = 0; round < 3000; round += 1) {
    const answer = await fetch(`${base}/api/v1/runs/${id}`, { method: 'DELETE' });
    if (answer.status !== 409) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`run ${id} does not end`);
}

export async function ended(id: string): Promise<Run> {
  for (let round = 0; round < 6000; round += 1) {
    const run = await getRun(id);
    if (['completed', 'failed', 'cancelled'].includes(run.state)) return run;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`run ${id} does not end`);
}

/** A made-up history with all that can be said of a run. */
export function runsInEveryState({ principal, source, big }: Workspace) {
  const now = Date.now();
  const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const run = (id: number, state: string, rest: object = {}) => ({
    id: `00000000-0000-7000-8000-00000000000${id}`, kind: 'export', state, principal, source, dataset: big,
    parent: null, rerun_of: null, request: { format: 'csv', file_name: null }, attempt: 1,
    progress: { rows: 450, rows_expected: 1200, bytes: 45_000 }, error: null, artifact: null, created_at: ago(60),
    started_at: ago(1), finished_at: null, deleted: false, version: id, ...rest,
  }); // prettier-ignore
  const artifact = (id: number, available: boolean) => ({
    id: `a${id}`, run_id: `${id}`, file_name: `file-${id}.csv`, media_type: 'text/csv', bytes: 120_000, sha256: '',
    manifest: {}, created_at: ago(1), expires_at: ago(-600), available,
  }); // prettier-ignore
  return {
    runs: [
      run(9, 'queued', { attempt: 0, started_at: null }),
      run(8, 'running', { attempt: 2 }),
      run(7, 'running', { progress: { rows: 10, rows_expected: null, bytes: 100 } }),
      run(6, 'cancelling'),
      run(5, 'cancelled', { finished_at: ago(0.5) }),
      run(4, 'failed', {
        finished_at: ago(0.5),
        error: { code: 'unavailable', message: 'The database went away.' },
      }),
      run(3, 'completed', { finished_at: ago(0.5), artifact: artifact(3, true) }),
      run(2, 'completed', { finished_at: ago(0.5), artifact: artifact(2, false) }),
    ],
    next: null,
  };
}
