import { expect, test } from 'vitest';
import type { Run, RunOf } from '@/api/runs';
import { mergeRuns } from './merge-runs';

const run = (id: string, rest: Partial<RunOf<'export'>> = {}): Run => ({
  id, kind: 'export', state: 'completed', principal: 'local', source: 's', dataset: 'd', request: {}, attempt: 1,
  progress: { rows: 0, bytes: 0 }, created_at: '', deleted: false, version: 1, ...rest,
}); // prettier-ignore
const ids = (runs: Run[]) => runs.map(({ id, version }) => `${id}v${version}`);

test('the newer of what was fetched and what was told is shown', () => {
  const pages = [[run('3', { version: 5 }), run('2')]];
  expect(ids(mergeRuns(pages, [run('3', { version: 4 }), run('2', { version: 9 })], {}, false))).toEqual([
    '3v5',
    '2v9',
  ]);
});

test('new runs come first, and older ones than the pages reach wait for their page', () => {
  expect(ids(mergeRuns([[run('3'), run('2')]], [run('4'), run('1')], {}, false))).toEqual([
    '4v1',
    '3v1',
    '2v1',
  ]);
  expect(ids(mergeRuns([[run('3')]], [run('1')], {}, true))).toEqual(['3v1', '1v1']);
  expect(ids(mergeRuns([[]], [run('1')], {}, true))).toEqual(['1v1']);
});

test('what was deleted or no longer fits leaves', () => {
  const pages = [[run('3', { state: 'running' }), run('2', { state: 'running' })]];
  const known = [
    run('3', { version: 2 }),
    run('2', { version: 2, deleted: true }),
    run('4', { state: 'running', dataset: 'x' }),
  ];
  expect(mergeRuns(pages, known, { state: 'running', source: 's', dataset: 'd' }, true)).toEqual([]);
});
