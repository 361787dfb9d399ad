import { expect, test } from 'vitest';
import { RunStore } from '@/api/run-store';
import type { Run, RunOf } from '@/api/runs';
import { kindOf, RUN_KINDS, runTitle } from './kinds';

const common = {
  id: '1', state: 'completed', principal: 'local', source: 'shop', dataset: 'orders', attempt: 1,
  progress: { rows: 0, bytes: 0 }, created_at: '', deleted: false, version: 1,
} as const; // prettier-ignore
const runs: { [K in keyof typeof RUN_KINDS]: RunOf<K> } = {
  export: { ...common, kind: 'export', request: { format: 'xlsx' } },
  subject_export: { ...common, kind: 'subject_export', request: { subject: 'customer', value: '42' } },
  change: { ...common, kind: 'change', request: { change_set: 'c' } },
};

test('every kind of run has its name, its subject and where that leads', () => {
  const facts = (run: Run) => {
    const { title, subject, href, format, makesFile } = kindOf(run);
    return [title(run), subject(run), href(run), format(run), makesFile];
  };
  expect(Object.values(runs).map(facts)).toEqual([
    ['Export of orders', undefined, '/datasets/shop/orders', 'Excel', true],
    [
      'Personal data of customer 42',
      'Personal data export · customer 42',
      undefined,
      'ZIP of CSV files',
      true,
    ],
    ['Change of orders', undefined, '/datasets/shop/orders', undefined, false],
  ]);
});

test('a run is called by the name of its file once there is one', () => {
  const artifact = {
    id: 'a', run_id: '1', file_name: 'x.xlsx', media_type: '', bytes: 1, sha256: '', manifest: {}, created_at: '',
    expires_at: '', available: true,
  }; // prettier-ignore
  expect(runTitle({ ...runs.export, artifact })).toBe('x.xlsx');
  expect(runTitle({ ...runs.export, request: { file_name: 'mine.csv' } })).toBe('mine.csv');
});

test('a run of a kind that only a later server knows is left to a later page', () => {
  const store = new RunStore();
  store.put([{ ...runs.export, kind: 'import' } as unknown as Run, { ...runs.change, id: '2' }]);
  expect(store.latest.map(({ id }) => id)).toEqual(['2']);
});
