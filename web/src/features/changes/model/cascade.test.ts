import { describe, expect, test } from 'vitest';
import type { Dependants, Outcome } from '../api/changes';
import { cascadeFailures, cascadeText, relatedRowsText } from './cascade';

const tracks: Dependants = { dataset: 'tracks', columns: ['album_id'], on_delete: 'cascade' };

describe('what becomes of rows that refer to others', () => {
  test('they keep them, unless they go along', () => {
    expect(relatedRowsText(tracks, false)).toMatch('A row that is referred to from there stays');
    expect(relatedRowsText(tracks, true)).toMatch('These cannot go along.');
    expect(relatedRowsText({ ...tracks, on_delete: 'refuse' }, true)).toMatch(/^A row that/);
  });

  test('it is said how many go along', () => {
    expect(relatedRowsText({ ...tracks, rows: 1 }, true)).toBe('1 row will be deleted along with them.');
    const loose: Dependants = { ...tracks, on_delete: 'set_null', rows: 1200 };
    expect(relatedRowsText(loose, true)).toBe('1,200 rows will refer to nothing afterwards.');
  });

  test('and how many did', () => {
    const along = (done: number) => ({
      change_set: '1',
      dataset: 'tracks',
      action: 'delete',
      state: 'done' as const,
      rows: done + 1,
      done,
      failed: 0,
      kept: 0,
    });
    const outcome = (counts: number[]) => ({ along: counts.map(along) }) as Outcome;
    expect(cascadeText(outcome([]))).toBeUndefined();
    expect(cascadeText({} as Outcome)).toBeUndefined();
    expect(cascadeText(outcome([1]))).toBe('1 row of other datasets along with them.');
    expect([cascadeFailures(outcome([])), cascadeFailures(outcome([1, 200]))]).toEqual([0, 2]);
    expect(cascadeText(outcome([1000, 200]))).toBe('1,200 rows of other datasets along with them.');
  });
});
