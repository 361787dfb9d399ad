import { expect, test } from 'vitest';
import type { Cell } from '@/api/types';
import { keysBetween, MAX_RANGE } from './range';

const keyOf = (row: Cell[]) => row.slice(0, 1);
const table =
  (from: number) =>
  (index: number): Cell[] => [index + from];
const fetchFrom = (row: (index: number) => Cell[]) => (first: number, last: number) =>
  Promise.resolve(Array.from({ length: last - first + 1 }, (_, index) => row(first + index)));
const rows = 50_000;

test('a range runs from the anchor to the click, in both directions', async () => {
  const row = table(0);
  const input = { rows, row, keyOf, fetch: fetchFrom(row) };
  expect(await keysBetween({ ...input, anchor: { key: [3], index: 3 }, to: 5 })).toEqual([[3], [4], [5]]);
  expect(await keysBetween({ ...input, anchor: { key: [5], index: 5 }, to: 3 })).toEqual([[3], [4], [5]]);
});

test('the anchor is its key: rows that came in before it do not shift the range', async () => {
  const row = table(-2);
  const input = { rows, row, keyOf, fetch: fetchFrom(row) };
  expect(await keysBetween({ ...input, anchor: { key: [3], index: 3 }, to: 7 })).toEqual([[3], [4], [5]]);
});

test('in another order the range runs between the same two rows, not between the same two positions', async () => {
  const row = (index: number): Cell[] => [99 - index];
  const input = { rows: 100, row, keyOf, fetch: fetchFrom(row) };
  expect(await keysBetween({ ...input, anchor: { key: [97], index: 97 }, to: 4 })).toEqual([
    [97], [96], [95],
  ]); // prettier-ignore
});

test('an anchor that is not loaded is looked for around the click', async () => {
  const whole = (index: number): Cell[] => [rows - 1 - index];
  const loaded = (index: number) => (Math.abs(index - 20_000) < 50 ? whole(index) : undefined);
  const asked: [number, number][] = [];
  const fetch = (first: number, last: number) => {
    asked.push([first, last]);
    return fetchFrom(whole)(first, last);
  };
  const key = whole(21_200);
  const keys = await keysBetween({
    rows, row: loaded, keyOf, fetch, anchor: { key, index: 3 }, to: 20_000,
  }); // prettier-ignore
  expect(keys).toHaveLength(1201);
  expect(keys?.at(-1)).toEqual(key);
  expect(asked.length).toBeLessThan(8);
});

test('an anchor that is gone, or a range that is too long, selects nothing', async () => {
  const row = table(0);
  const input = { rows, row, keyOf, fetch: fetchFrom(row) };
  expect(await keysBetween({ ...input, anchor: { key: ['gone'], index: 3 }, to: 5 })).toBeUndefined();
  expect(await keysBetween({ ...input, anchor: { key: [0], index: 0 }, to: MAX_RANGE })).toBeUndefined();
});
