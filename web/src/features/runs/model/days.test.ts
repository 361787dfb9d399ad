import { expect, test } from 'vitest';
import type { Run, RunOf } from '@/api/runs';
import { byDay } from './days';

const now = new Date(2026, 10, 21, 12, 0).getTime();
const run = (hoursAgo: number, seconds: number, rest: Partial<RunOf<'export'>> = {}): Run => {
  const at = (milliseconds: number) => new Date(now - hoursAgo * 3_600_000 + milliseconds).toISOString();
  return {
    id: String(hoursAgo), kind: 'export', state: 'completed', principal: 'local', source: 's', dataset: 'd', request: {},
    attempt: 1, progress: { rows: 0, bytes: 100 }, created_at: at(0), started_at: at(0), finished_at: at(seconds * 1000),
    deleted: false, version: 1, ...rest,
  }; // prettier-ignore
};

test('runs fall on the day that they were asked for, by the local clock', () => {
  const days = byDay([run(1, 2), run(11.9, 4), run(12.1, 8), run(24 * 30, 1)], now, 3);
  expect(days.map(({ completed }) => completed)).toEqual([0, 1, 2]);
  expect(days.map(({ bytes }) => bytes)).toEqual([0, 100, 200]);
  expect(days.map(({ medianDuration }) => medianDuration)).toEqual([undefined, 8000, 3000]);
  expect(days[2]?.start).toBe(new Date(2026, 10, 21).getTime());
});

test('failures are counted, and what is cancelled or under way is not', () => {
  const [day] = byDay(
    [
      run(1, 1, { state: 'failed' }),
      run(2, 1),
      run(3, 1, { state: 'cancelled' }),
      run(4, 1, { state: 'running' }),
    ],
    now,
    1,
  );
  expect(day).toMatchObject({ completed: 1, failed: 1, bytes: 100, medianDuration: 1000 });
});
