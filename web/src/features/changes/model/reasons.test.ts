import { expect, test } from 'vitest';
import type { Preview } from '../api/types';
import { byReason, isWorthRetrying, reasonText, referringDatasets } from './reasons';

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

test('a reason fits the change, and names the datasets that use a row that cannot be deleted', () => {
  expect(reasonText('foreign_key', { action: 'delete' }, ['film_actor'])).toBe('Still used by film_actor');
  expect(reasonText('foreign_key', { action: 'purge' })).toBe('Still used by other rows');
  expect(reasonText('foreign_key', { action: 'set' }, ['film_actor'])).toBe(
    'Refers to a row that does not exist',
  );
  expect(reasonText('foreign_key', { action: 'undo', of: 'delete', undoes: 'x' })).toBe(
    'Refers to a row that does not exist',
  );
  expect(reasonText('has_dependents', { action: 'delete' })).toBe('Has related rows');
  expect(reasonText('some_new_code', { action: 'delete' })).toBe('some new code');
});

test('the datasets that use the rows are those that the database names, or else all that refer to them', () => {
  const referring = [{ dataset: 'film_actor' }, { dataset: 'shop.awards' }, { dataset: 'film_actor' }];
  const said = (database?: string) => [
    { code: 'foreign_key' as const, ...(database !== undefined && { database }) },
  ];
  expect(referringDatasets(said(), referring)).toEqual(['film_actor', 'shop.awards']);
  expect(referringDatasets(said('… violates a constraint on table "awards"'), referring)).toEqual([
    'shop.awards',
  ]);
  expect(referringDatasets(said('a foreign key constraint fails (`db`.`film_actor`, …)'), referring)).toEqual(
    ['film_actor'],
  );
});

test('only what may pass by itself is worth another try', () => {
  const lasting = [
    'foreign_key',
    'has_dependents',
    'not_unique',
    'value_missing',
    'check_failed',
    'gone',
    'left_out',
  ];
  expect(lasting.filter(isWorthRetrying)).toEqual([]);
  expect(isWorthRetrying('source_busy')).toBe(true);
});
