import { expect, test } from 'vitest';
import {
  ALL_MATCHING,
  choose,
  countChosen,
  isChosen,
  keysBetween,
  NOTHING,
  selectionBody,
} from './selection';

test('rows are chosen by their keys, one by one and several at once', () => {
  const some = choose(choose(NOTHING, [[1], [2], ['a', 3]], true), [[2]], false);
  expect(isChosen(some, [1])).toBe(true);
  expect(isChosen(some, [2])).toBe(false);
  expect(isChosen(some, ['a', 3])).toBe(true);
  expect(countChosen(some, 500)).toBe(2);
  expect(selectionBody(some, { search: 'x' })).toEqual({ keys: [[1], ['a', 3]] });
});

test('a key is its values and their types', () => {
  const some = choose(NOTHING, [[1]], true);
  expect(isChosen(some, ['1'])).toBe(false);
  expect(isChosen(choose(NOTHING, [[null]], true), ['null'])).toBe(false);
});

test('all that match are chosen without being listed, but for those that are left out', () => {
  const most = choose(ALL_MATCHING, [[7], [8]], false);
  expect(isChosen(most, [1])).toBe(true);
  expect(isChosen(most, [7])).toBe(false);
  expect(countChosen(most, 100)).toBe(98);
  expect(countChosen(choose(most, [[7]], true), 100)).toBe(99);
  expect(selectionBody(most, { search: 'x', columns: ['a'], sort: [{ column: 'a' }] })).toEqual({
    view: { view: { search: 'x' }, except: [[7], [8]] },
  });
});

test('choosing twice is choosing once, and nothing that was held changes', () => {
  const once = choose(NOTHING, [[1]], true);
  expect(choose(once, [[1]], true).keys.size).toBe(1);
  expect(choose(ALL_MATCHING, [[1]], true).keys.size).toBe(0);
  expect(NOTHING.keys.size).toBe(0);
  expect(ALL_MATCHING.keys.size).toBe(0);
});

test('a range of a list goes from key to key, either way, and from none that is gone', () => {
  const keys = [['a'], [2], ['c'], [4]];
  expect(keysBetween(keys, [2], [4])).toEqual([[2], ['c'], [4]]);
  expect(keysBetween(keys, ['c'], ['a'])).toEqual([['a'], [2], ['c']]);
  expect(keysBetween(keys, [2], [2])).toEqual([[2]]);
  expect(keysBetween(keys, ['2'], [4])).toEqual([]);
});
