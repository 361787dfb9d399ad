import { expect, test } from 'vitest';
import { daysLeft, timeLeftText, groupTrash, undoBlocker, actorName, effectText } from './change-labels';
import { actionLabel } from './change-kind';
import type { Change, TrashRow } from '../api/types';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const change = (rest: Partial<Change> = {}): Change => ({
  id: 'a', dataset: 'd', action: 'delete', actor: 'u', actor_name: 'Ada', state: 'done', rows: 3, done: 3,
  failed: 0, skipped: 0, created_at: '2026-11-20T12:00:00Z', undo_until: '2026-11-27T12:00:00Z', ...rest,
}); // prettier-ignore

test('a change can be taken back until all of it is, or until its days are over', () => {
  const whole = change();
  expect(undoBlocker(whole, [whole], NOW)).toBeUndefined();
  const part = change({ id: 'b', action: 'undo', of: 'delete', undoes: 'a', done: 2 });
  expect(undoBlocker(whole, [whole, part], NOW)).toBeUndefined();
  expect(undoBlocker(whole, [whole, part, change({ id: 'c', undoes: 'a', done: 1 })], NOW)).toBe('Undone');
  expect(undoBlocker(change({ undo_until: '2026-11-21T11:00:00Z' }), [], NOW)).toBe('Expired');
  expect(undoBlocker(change({ state: 'open' }), [], NOW)).toBe('In progress');
  expect(undoBlocker(change({ done: 0 }), [], NOW)).toBe('No rows changed');
});

test('what is gone for good stays gone, and says so', () => {
  const purge = change({ action: 'purge', actor: 'expiry', actor_name: 'expiry' });
  expect(undoBlocker(purge, [purge], NOW)).toBe('Can’t be undone');
  expect(undoBlocker(change({ action: 'restore' }), [], NOW)).toBeUndefined();
  expect(actorName(purge)).toBe('Rowport');
});

test('each action has a word for what was done', () => {
  expect((['delete', 'set', 'restore', 'purge'] as const).map((action) => actionLabel({ action }))).toEqual([
    'Deleted',
    'Updated',
    'Restored',
    'Permanently deleted',
  ]);
  expect((['delete', 'set', 'restore'] as const).map((of) => actionLabel({ action: 'undo', of }))).toEqual([
    'Undid a delete of',
    'Undid an update of',
    'Undid a restore of',
  ]);
});

test('days are counted down, and hours on the last one', () => {
  expect(daysLeft('2026-11-28T11:59:00Z', NOW)).toBe(7);
  expect(daysLeft('2026-11-27T11:59:00Z', NOW)).toBe(6);
  expect(timeLeftText('2026-11-22T13:00:00Z', NOW)).toBe('1 day left');
  expect(timeLeftText('2026-11-21T15:30:00Z', NOW)).toBe('3 hours left');
  expect(timeLeftText('2026-11-21T12:30:00Z', NOW)).toBe('under an hour left');
  expect(timeLeftText('2026-11-20T12:30:00Z', NOW)).toBe('expired');
});

test('the trash is grouped by what brought its rows there', () => {
  const row = (key: number, set?: string): TrashRow => ({
    key: [key], values: [], ...(set !== undefined && { change_set: set }),
  }); // prettier-ignore
  const groups = (rows: TrashRow[]) => groupTrash(rows).map(({ id, rows: own }) => [id, own.length]);
  expect(groups([row(1, 'b'), row(2, 'b'), row(3, 'a')])).toEqual([
    ['b', 2],
    ['a', 1],
  ]);
  expect(groups([row(1), row(2)])).toEqual([[undefined, 2]]);
});

test('only what can be deleted is counted', () => {
  const words = (rows: number, changed: number) => effectText(rows, changed, 'actor', 'deleted');
  expect(words(7, 7)).toBe('7 rows in actor will be deleted.');
  expect(words(45, 40)).toBe('40 of 45 rows in actor will be deleted.');
  expect(words(7, 0)).toBe('None of the 7 rows in actor can be deleted.');
  expect(words(1, 0)).toBe('This row in actor can’t be deleted.');
  expect(words(0, 0)).toBe('These rows no longer exist.');
});
