import { describe, expect, test } from 'vitest';
import type { Dependents, Outcome } from '../api/types';
import { cascadeFailures, cascadeText, relatedRowsText } from './cascade';

const tracks: Dependents = { dataset: 'tracks', columns: ['album_id'], on_delete: 'cascade' };

describe('related rows', () => {
  test('keep rows from being deleted, unless they are cascaded', () => {
    expect(relatedRowsText(tracks, false)).toMatch('Rows still used here can’t be deleted');
    expect(relatedRowsText(tracks, true)).toMatch('These can’t be deleted too.');
    expect(relatedRowsText({ ...tracks, on_delete: 'refuse' }, true)).toMatch(/^Rows still used here/);
  });

  test('are counted before they are cascaded', () => {
    expect(relatedRowsText({ ...tracks, rows: 1 }, true)).toBe('1 row will be deleted too.');
    const loose: Dependents = { ...tracks, on_delete: 'set_null', rows: 1200 };
    expect(relatedRowsText(loose, true)).toBe('1,200 rows will lose their reference.');
  });

  test('are counted when they were cascaded', () => {
    const cascaded = (done: number) => ({
      change_set: '1',
      dataset: 'tracks',
      action: 'delete',
      state: 'done' as const,
      rows: done + 1,
      done,
      failed: 0,
      skipped: 0,
    });
    const outcome = (counts: number[]) => ({ cascade: counts.map(cascaded) }) as Outcome;
    expect(cascadeText(outcome([]))).toBeUndefined();
    expect(cascadeText({} as Outcome)).toBeUndefined();
    expect(cascadeText(outcome([1]))).toBe('And 1 related row in other datasets.');
    expect([cascadeFailures(outcome([])), cascadeFailures(outcome([1, 200]))]).toEqual([0, 2]);
    expect(cascadeText(outcome([1000, 200]))).toBe('And 1,200 related rows in other datasets.');
  });
});
