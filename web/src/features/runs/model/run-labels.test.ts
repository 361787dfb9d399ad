import { describe, expect, test } from 'vitest';
import type { Run, RunOf } from '@/api/runs';
import { kindOf, runTitle } from '../kinds';
import {
  formatDuration,
  expiryText,
  timeLeftText,
  overallPercent,
  percentDone,
  progressText,
  rowsPerSecond,
  runDuration,
  secondsLeft,
} from './run-labels';

const now = new Date(2026, 10, 21, 12, 0).getTime();
const iso = (milliseconds: number) => new Date(now + milliseconds).toISOString();
const run: RunOf<'export'> = {
  id: '1', kind: 'export', state: 'running', principal: 'local', source: 'demo', dataset: 'records', request: {},
  attempt: 1, progress: { rows: 450, rows_expected: 1200, bytes: 9000 }, created_at: iso(-20_000),
  started_at: iso(-10_000), deleted: false, version: 1,
}; // prettier-ignore
const with_ = (progress: Partial<Run['progress']>, rest: Partial<RunOf<'export'>> = {}): RunOf<'export'> => ({
  ...run,
  ...rest,
  progress: { ...run.progress, ...progress },
});

describe('progress', () => {
  test('says how many rows of how many', () => {
    expect(progressText(run)).toBe('Exporting 450 of 1,200 rows');
    expect(percentDone(run)).toBe(37);
  });
  test('says no more than is known', () => {
    expect(progressText(with_({ rows_expected: null }))).toBe('Exporting 450 rows');
    expect(progressText(with_({ rows: 0, rows_expected: null }))).toBe('Exporting…');
    expect(percentDone(with_({ rows_expected: null }))).toBeUndefined();
  });
  test('an estimate that was too low is dropped', () => {
    const passed = with_({ rows: 1300 });
    expect(progressText(passed)).toBe('Exporting 1,300 rows');
    expect(percentDone(passed)).toBeUndefined();
    expect(secondsLeft(passed.progress, 10)).toBeUndefined();
  });
  test('is complete only when the file is there', () => {
    expect(percentDone(with_({ rows: 1200 }))).toBe(99);
    expect(percentDone(with_({ rows: 1200 }, { state: 'completed' }))).toBe(100);
  });
  test('while nothing is written yet', () => {
    expect(progressText(with_({}, { state: 'queued', attempt: 0 }))).toBe('Waiting to start');
    expect(progressText(with_({}, { state: 'queued', attempt: 1 }))).toBe('Waiting to retry');
    expect(progressText(with_({}, { state: 'cancelling' }))).toBe('Cancelling…');
  });
  test('of several is by their rows', () => {
    expect(overallPercent([run, with_({ rows: 50, rows_expected: 300 })])).toBe(33);
    const waiting = with_({ rows: 0, rows_expected: null }, { state: 'queued' });
    expect(overallPercent([run, waiting])).toBe(37);
    expect(overallPercent([waiting])).toBeUndefined();
    expect(overallPercent([run, with_({ rows_expected: null })])).toBeUndefined();
  });
});

describe('time left', () => {
  test('comes from what was seen, or from the whole run', () => {
    const samples = [
      { at: 1000, rows: 50 },
      { at: 3000, rows: 450 },
    ];
    expect(rowsPerSecond(run, samples, now)).toBe(200);
    expect(rowsPerSecond(run, samples.slice(1), now)).toBe(45);
    expect(rowsPerSecond({ ...run, started_at: iso(-500) }, [], now)).toBeUndefined();
    expect(secondsLeft(run.progress, 200)).toBe(3.75);
    expect(secondsLeft(run.progress, 0)).toBeUndefined();
    expect(secondsLeft(run.progress, undefined)).toBeUndefined();
  });
  test.each([
    [0, 'a few seconds left'],
    [4.9, 'a few seconds left'],
    [38, 'about 40 s left'],
    [57.4, 'about 55 s left'],
    [58, 'about 1 min left'],
    [170, 'about 3 min left'],
    [3600, 'about 1 h left'],
    [4200, 'about 1 h 10 min left'],
    [1e6, 'days left'],
  ])('%d seconds: %s', (seconds, words) => expect(timeLeftText(seconds)).toBe(words));
});

test.each([
  [-5, '0.0 s'],
  [420, '0.4 s'],
  [9_960, '10 s'],
  [59_700, '1 min'],
  [185_000, '3 min 5 s'],
  [3_840_000, '1 h 4 min'],
])('%d milliseconds are %s', (milliseconds, words) => expect(formatDuration(milliseconds)).toBe(words));

test('an archive about one person is called by whom it is about until it has a name', () => {
  const archive: Run = {
    ...run, kind: 'subject_export', source: '', dataset: '',
    request: { subject: 'customer', value: '42', format: 'csv' },
  }; // prettier-ignore
  expect(runTitle(archive)).toBe('Personal data of customer 42');
  expect(kindOf(archive).format(archive)).toBe('ZIP of CSV files');
  expect(runTitle(run)).toBe('Export of records');
  expect(kindOf(run).format(run)).toBe('CSV');
});

test('a run lasts until it ends', () => {
  expect(runDuration(run, now)).toBe(10_000);
  expect(runDuration({ ...run, state: 'completed', finished_at: iso(-4000) }, now)).toBe(6000);
  expect(runDuration({ ...run, state: 'queued', started_at: null }, now)).toBeUndefined();
});

test('a file is there until it expires or is removed', () => {
  const artifact = {
    id: 'a', run_id: '1', file_name: 'x.csv', media_type: 'text/csv', bytes: 1, sha256: '', manifest: {},
    created_at: iso(0), expires_at: iso(3_600_000), available: true,
  }; // prettier-ignore
  expect(expiryText(run, now)).toBeUndefined();
  expect(expiryText({ ...run, artifact }, now)).toBe('expires today, 13:00');
  expect(expiryText({ ...run, artifact: { ...artifact, available: false } }, now)).toBe('file expired');
  expect(expiryText({ ...run, artifact }, now + 4_000_000)).toBe('file expired');
});
