import { expect, test } from 'vitest';
import type { Cell } from '@/api/types';
import { keysBetween, MAX_RANGE } from './range';

const keyOf = (row: Cell[]) => row.slice(0, 1);
const table =
  (from: number) =>
  (index: number): Cell[] => [index + from];
const fetchFrom = (row: (index: number) => Cell[]) => (first: number, last: number) =>
  Promise.resolve(Array.from({ length: last - first + 1 }, (_, index) => row(first + index)));

test('a range runs from the anchor to the click, in both directions', async () => {
  const row = table(0);
  const input = { row, keyOf, fetch: fetchFrom(row) };
  expect(await keysBetween({ ...input, anchor: { key: [3], index: 3 }, to: 5 })).toEqual([[3], [4], [5]]);
  expect(await keysBetween({ ...input, anchor: { key: [5], index: 5 }, to: 3 })).toEqual([[3], [4], [5]]);
});

test('the anchor is its key: rows that came in before it do not shift the range', async () => {
  const row = table(-2);
  const input = { row, keyOf, fetch: fetchFrom(row) };
  expect(await keysBetween({ ...input, anchor: { key: [3], index: 3 }, to: 7 })).toEqual([[3], [4], [5]]);
});

test('an anchor that is gone, or a range that is too long, selects nothing', async () => {
  const row = table(0);
  const input = { row, keyOf, fetch: fetchFrom(row) };
  expect(await keysBetween({ ...input, anchor: { key: ['gone'], index: 3 }, to: 5 })).toBeUndefined();
  expect(await keysBetween({ ...input, anchor: { key: [0], index: 0 }, to: MAX_RANGE })).toBeUndefined();
});
