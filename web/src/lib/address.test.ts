import { expect, test } from 'vitest';
import {
  datasetHref,
  parseRow,
  parseSearch,
  parseSort,
  printSort,
  readSearch,
  referenceHref,
  stringifySearch,
  toSearch,
  toViewState,
} from './address';

test('names with commas, quotes and minus signs survive the address', () => {
  const sort = [
    { column: 'a' },
    { column: 'b', descending: true },
    { column: 'c,d' },
    { column: 'e"f', descending: true },
    { column: '-g' },
  ];
  expect(printSort(sort)).toBe('a,-b,"c,d",-"e""f","-g"');
  expect(parseSort(printSort(sort))).toEqual(sort);
});

test('a view reads back from its address as it was written', () => {
  const state = {
    columns: ['a', 'AlbumId.Title', 'with,comma', '-minus'],
    filter: { column: 'ä & b', op: 'contains' as const, value: 'x+y=z?%20#' },
    sort: [{ column: 'a', descending: true }],
    search: 'Café + “x”',
  };
  const query = stringifySearch(toSearch(state, [1, 'x', null]));
  const read = readSearch(parseSearch(query));
  expect(toViewState(read)).toEqual(state);
  expect(parseRow(read.row)).toEqual([1, 'x', null]);
});

test('an address without a view is the whole dataset', () => {
  expect(toViewState(readSearch({ other: 'x' }))).toEqual({
    columns: undefined,
    filter: undefined,
    sort: [],
    search: '',
  });
  expect(stringifySearch({})).toBe('');
});

test('what is no key opens no row', () => {
  for (const text of [undefined, '', 'x', '{}', '[{}]', '3']) expect(parseRow(text)).toBeUndefined();
});

test('sources and datasets may have any name', () => {
  expect(datasetHref({ source: 'a/b', dataset: 'public.ü?' })).toBe('/datasets/a%2Fb/public.%C3%BC%3F');
});

test('a reference opens the row only when it is the row’s key', () => {
  const ref = { source: 's', dataset: 'd' };
  expect(referenceHref(ref, ['b', 'a'], [2, 1], ['a', 'b'])).toContain('row=%5B1,2%5D');
  expect(referenceHref(ref, ['code'], ['x'], ['id'])).not.toContain('row=');
  expect(referenceHref(ref, ['id'], [1], undefined)).not.toContain('row=');
});
