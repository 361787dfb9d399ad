import { expect, test } from 'vitest';
import type { Dataset } from '@/api/types';
import { referringRowsHref } from './used-by';

const reference = (dataset: string, columns: string[], referenced: string[]): Dataset['referring'][number] => ({
  dataset, label: dataset, foreign_key: { columns, references: { table: 'makers' }, referenced_columns: referenced },
}); // prettier-ignore
const column = (name: string, kind: 'integer' | 'text') =>
  ({ name, label: name, type: { kind }, native_type: '', nullable: false }) as Dataset['columns'][number];
const filterOf = (href: string | undefined): unknown =>
  JSON.parse(new URL(href ?? '', 'http://page').searchParams.get('filter') ?? 'null');

test('the rows that use others are found by their foreign keys', () => {
  const makers = {
    key: ['id'],
    columns: [column('id', 'integer')],
    referring: [reference('works', ['maker_id'], ['id']), reference('works', ['editor_id'], ['id'])],
  };
  const href = referringRowsHref('studio', makers, 'works', [['1'], ['2']]);
  expect(href).toMatch(/^\/datasets\/studio\/works\?/);
  expect(filterOf(href)).toEqual({
    or: [
      { column: 'maker_id', op: 'in', values: [1, 2] },
      { column: 'editor_id', op: 'in', values: [1, 2] },
    ],
  });
  expect(filterOf(referringRowsHref('studio', { ...makers, referring: makers.referring.slice(1) }, 'works', [['7']]))).toEqual({
    column: 'editor_id', op: 'eq', value: 7,
  }); // prettier-ignore
});

test('a key of several columns is matched as a whole, and other columns lead nowhere', () => {
  const shelves = {
    key: ['house', 'shelf'],
    columns: [column('house', 'text'), column('shelf', 'integer')],
    referring: [reference('boxes', ['s', 'h'], ['shelf', 'house']), reference('labels', ['name'], ['name'])],
  };
  expect(filterOf(referringRowsHref('x', shelves, 'boxes', [['north', '1']]))).toEqual({
    and: [
      { column: 's', op: 'eq', value: 1 },
      { column: 'h', op: 'eq', value: 'north' },
    ],
  });
  expect(referringRowsHref('x', shelves, 'labels', [['north', 1]])).toBeUndefined();
});
