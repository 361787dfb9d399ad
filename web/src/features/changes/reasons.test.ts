import { expect, test } from 'vitest';
import type { Preview } from './changes';
import { byReason } from './reasons';

const failed = (code: string, ...key: unknown[]) =>
  ({ code, key, message: '' }) as unknown as Preview['failures'][number];

test('rows that would fail stand by their reasons, the first of them by name', () => {
  const few = [failed('unique', 1), failed('check', 'a', 2), failed('unique', 3)];
  expect(byReason(few, 3)).toEqual([
    { code: 'unique', keys: ['1', '3'], more: false },
    { code: 'check', keys: ['a/2'], more: false },
  ]);
  expect(byReason(few, 4).map(({ more }) => more)).toEqual([true, true]);
  const many = Array.from({ length: 20 }, (_, index) => failed('unique', index));
  expect(byReason(many, 20)).toEqual([
    { code: 'unique', keys: ['0', '1', '2', '3', '4', '5', '6', '7'], more: true },
  ]);
});
