import { describe, expect, test } from 'vitest';
import type { Condition, Filter } from '@/api/filter';
import { describeFilter, fromModel, keyFilter, numberLiteral, operatorsFor, parseFilter, printFilter, toModel, withCondition } from './filter'; // prettier-ignore

const a: Condition = { column: 'a', op: 'eq', value: 1 };
const b: Condition = { column: 'b', op: 'contains', value: 'x' };
const c: Condition = { column: 'c', op: 'is_null' };

describe('the filter bar', () => {
  test.each<[string, Filter]>([
    ['one condition', a],
    ['all of them', { and: [a, b] }],
    ['any of them', { or: [a, b] }],
    ['a group within', { and: [a, { or: [b, c] }] }],
    ['deeper than the editor goes', { and: [a, { or: [b, { and: [c, { not: a }] }] }] }],
    ['a negation', { not: { or: [a, b] } }],
    ['text notation', 'a = 1 and b = 2'],
    ['an empty or, which matches nothing', { or: [] }],
    ['an empty group within', { and: [a, { or: [] }] }],
  ])('keeps the meaning: %s', (_, filter) => {
    const again = fromModel(toModel(filter));
    // A filter that is not a group by itself may gain one around it.
    expect([filter, { and: [filter] }]).toContainEqual(again);
  });

  test('an empty and is no filter', () => {
    expect(fromModel(toModel({ and: [] }))).toBeUndefined();
  });

  test('a further condition narrows, also where any of several had to hold', () => {
    expect(withCondition({ or: [a, b] }, c)).toEqual({ and: [{ or: [a, b] }, c] });
    expect(withCondition({ and: [a, b] }, c)).toEqual({ and: [a, b, c] });
    expect(withCondition(undefined, c)).toEqual(c);
  });
});

test('what is not the JSON notation is kept as text for the server to judge', () => {
  for (const text of ['a = 1', '{"and": 3}', '{"column": "a", "op": "unknown"}', '[1]', '"x"']) {
    expect(parseFilter(text)).toBe(text);
    expect(printFilter(parseFilter(text))).toBe(text);
  }
  expect(parseFilter(JSON.stringify({ and: [a] }))).toEqual({ and: [a] });
});

test('a key of several columns, one of them NULL', () => {
  expect(keyFilter(['a'], ['9223372036854775807'])).toEqual({
    column: 'a',
    op: 'eq',
    value: '9223372036854775807',
  });
  expect(keyFilter(['a', 'b'], [1, null])).toEqual({
    and: [
      { column: 'a', op: 'eq', value: 1 },
      { column: 'b', op: 'is_null' },
    ],
  });
});

test('digits that JSON would round travel as text', () => {
  expect(numberLiteral('12.5')).toBe(12.5);
  expect(numberLiteral('9223372036854775807')).toEqual({ number: '9223372036854775807' });
  expect(numberLiteral('1.10')).toEqual({ number: '1.10' });
});

test('nested filters read as a sentence', () => {
  expect(describeFilter({ and: [a, { or: [b, { not: c }] }] })).toBe(
    'a = 1 and (b contains x or (not c is NULL))',
  );
});

test('every type has an operator to begin with', () => {
  for (const kind of [
    'boolean',
    'integer',
    'text',
    'enum',
    'uuid',
    'json',
    'date',
    'time',
    'bytes',
    'other',
  ] as const) {
    expect(operatorsFor(kind).length).toBeGreaterThan(1);
  }
});
