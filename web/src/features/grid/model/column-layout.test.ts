import { expect, test } from 'vitest';
import type { ValueColumn } from '@/lib/values';
import { columnWindow, layOut, stretch } from './column-layout';

const columns = Array.from({ length: 200 }, (_, index): ValueColumn => ({
  name: `c${index}`,
  label: `c${index}`,
  type: { kind: 'text' },
}));

test('only the columns in sight are in the window, their neighbours are not', () => {
  const { free, pinned, freeWidth } = layOut(columns, 1, () => 100);
  expect(pinned).toHaveLength(1);
  expect(freeWidth).toBe(19_900);
  expect(columnWindow(free, 1_000, 1_500)).toEqual([10, 16]);
  expect(columnWindow(free, 0, 50)).toEqual([0, 1]);
  expect(columnWindow(free, 30_000, 31_000)).toEqual([199, 199]);
  expect(columnWindow([], 0, 500)).toEqual([0, 0]);
});

test('room at the right goes to the text columns whose width was not set', () => {
  const three = columns.slice(0, 3);
  const wider = stretch(
    three,
    () => 100,
    500,
    (column) => column.name === 'c1',
  );
  expect(three.map(wider)).toEqual([200, 100, 200]);
  expect(
    three.map(
      stretch(
        three,
        () => 100,
        200,
        () => false,
      ),
    ),
  ).toEqual([100, 100, 100]);
});
