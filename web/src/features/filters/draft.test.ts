import { expect, test } from 'vitest';
import { draftFor, draftOf, finish, withOperator } from './draft';

test('a draft says what is missing', () => {
  expect(finish(draftFor('a', 'integer'), 'integer')).toBe('Enter a value.');
  expect(finish({ ...draftFor('a', 'integer'), values: [{ number: '1x' }] }, 'integer')).toBe(
    'Enter a number.',
  );
  expect(finish({ ...draftFor('a', 'enum'), values: [] }, 'enum')).toBe('Choose at least one value.');
  expect(finish({ id: 1, column: 'a', op: 'between', values: [1] }, 'integer')).toBe('Enter both values.');
});

test('empty text is a value to compare text with', () => {
  expect(finish({ id: 1, column: 'a', op: 'eq', values: [] }, 'text')).toEqual({
    column: 'a',
    op: 'eq',
    value: '',
  });
  expect(finish({ id: 1, column: 'a', op: 'contains', values: [''] }, 'text')).toBe('Enter a value.');
});

test('blank lines of a list are not values', () => {
  expect(finish({ id: 1, column: 'a', op: 'in', values: ['x', '', 'y'] }, 'text')).toEqual({
    column: 'a',
    op: 'in',
    values: ['x', 'y'],
  });
});

test('another operator keeps the value while it makes sense', () => {
  const draft = { id: 1, column: 'a', op: 'eq' as const, values: ['2026-01-01'] };
  expect(withOperator(draft, 'gt', 'date').values).toEqual(['2026-01-01']);
  expect(withOperator(draft, 'in_last', 'date').values).toEqual(['7 days']);
  expect(withOperator(draft, 'is_null', 'date').values).toEqual([]);
  expect(withOperator({ ...draft, op: 'between', values: ['a', 'b'] }, 'eq', 'date').values).toEqual(['a']);
});

test('a condition reads back as it was', () => {
  const condition = { column: 'a', op: 'between' as const, values: [1, 2] };
  expect(finish(draftOf(condition), 'integer')).toEqual(condition);
});
