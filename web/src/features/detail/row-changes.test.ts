import { expect, test } from 'vitest';
import { fieldChanges, type RowChange, rowChangeText } from './row-changes';

const change = (rest: Partial<RowChange>): RowChange => ({
  seq: 1,
  at: '2026-11-21T12:00:00Z',
  action: 'set',
  change_set: '1',
  actor: 'user:1',
  actor_name: 'Ada',
  before: null,
  after: null,
  values: 'kept',
  ...rest,
});

test('what happened to a row is seen by what it was and is', () => {
  expect(rowChangeText(change({ before: [1], after: null }))).toBe('deleted it');
  expect(rowChangeText(change({ action: 'undo', before: null, after: [1] }))).toBe('restored it');
  expect(rowChangeText(change({ before: [1], after: [2] }))).toBe('changed it');
  expect(rowChangeText(change({ action: 'undo', before: [1], after: [2] }))).toBe('undid a change');
  // The journal does not have its values any more.
  expect(rowChangeText(change({}))).toBe('changed it');
});

test('only fields that became something else are shown', () => {
  const columns = ['id', 'name', 'note'];
  expect(fieldChanges(columns, change({ before: [1, 'a', null], after: [1, 'b', ''] }))).toEqual([
    { name: 'name', before: 'a', after: 'b' },
    { name: 'note', before: null, after: '' },
  ]);
  expect(fieldChanges(columns, change({ before: [1, 'a', null] }))).toEqual([]);
});
