import { expect, test } from 'vitest';
import type { Key } from '@/api/types';
import { ALL_MATCHING, choose, isChosen, NOTHING } from '@/lib/selection';
import { type Drag, dragged, loadedKeys } from './drag';

const ROWS = Array.from({ length: 10 }, (_, index) => (index === 6 ? undefined : [`k${index}`, 'x']));
const keys = (from: number, to: number) =>
  loadedKeys(
    [from, to],
    (at) => ROWS[at],
    ([key = null]) => [key],
  );
const drag = (from: number, before = NOTHING): Drag => ({ from, key: [`k${from}`], before });
const which = (chosen: ReturnType<typeof dragged>) =>
  ROWS.flatMap((row, at) => (row && isChosen(chosen, [row[0] ?? ''] as Key) ? [at] : []));

test('the rows that a drag passes are selected, upwards too', () => {
  expect(which(dragged(drag(2), keys(2, 4)))).toEqual([2, 3, 4]);
  expect(which(dragged(drag(4), keys(4, 2)))).toEqual([2, 3, 4]);
  expect(keys(5, 7)).toEqual([['k5'], ['k7']]);
});

test('a row that the drag has left again is what it was', () => {
  const before = choose(NOTHING, [['k4'], ['k9']], true);
  expect(which(dragged(drag(2, before), keys(2, 5)))).toEqual([2, 3, 4, 5, 9]);
  expect(which(dragged(drag(2, before), keys(2, 3)))).toEqual([2, 3, 4, 9]);
});

test('from a row that is selected, the drag takes rows out', () => {
  const before = choose(NOTHING, [['k2'], ['k3'], ['k5']], true);
  expect(which(dragged(drag(3, before), keys(3, 1)))).toEqual([5]);
  expect(which(dragged(drag(0, ALL_MATCHING), keys(0, 4)))).toEqual([5, 7, 8, 9]);
});
