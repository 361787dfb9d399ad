import { expect, test } from 'vitest';
import type { Column, Dataset, ForeignKey, Rows } from '@/api/types';
import { labelColumns, toParents } from './parents';

const text = (name: string, rest: Partial<Column> = {}): Column => ({
  name, label: name, type: { kind: 'text' }, native_type: '', nullable: false, ...rest,
}); // prettier-ignore
const number: Column = { ...text('id'), type: { kind: 'integer' } as Column['type'] };

const brand: ForeignKey = {
  columns: ['brand_id'],
  references: { table: 'brands' },
  referenced_columns: ['id'],
};
const brands = (...columns: Column[]) =>
  ({ key: ['id'], foreign_keys: [], columns: [number, ...columns] }) as unknown as Dataset;
const lookup = (path: string, rest: Partial<Column> = {}) => ({ ...text(path, rest), path });

test('a row is known by what is looked up of it, and by a name or another text otherwise', () => {
  const parent = brands(text('code'), text('name'));
  const lookups = [lookup('brand_id.code'), lookup('group_id.name'), lookup('brand_id.owner_id.name')];
  expect(labelColumns({ lookups }, brand, parent)).toEqual(['code', 'owner_id.name']);
  expect(labelColumns({ lookups: [] }, brand, parent)).toEqual(['name']);
  expect(labelColumns({ lookups: [] }, brand, brands(text('code')))).toEqual(['code']);
  expect(labelColumns({ lookups: [] }, brand, brands())).toEqual([]);
});

test('no row is labelled by a masked column, or by its key alone', () => {
  const masked = { masked: true };
  expect(
    labelColumns({ lookups: [lookup('brand_id.name', masked)] }, brand, brands(text('name', masked))),
  ).toEqual([]);
  const byName = { ...brand, referenced_columns: ['name'] };
  expect(labelColumns({ lookups: [] }, byName, brands(text('name'), text('notes')))).toEqual(['notes']);
});

test('rows are offered under their names and keys, without those that cannot be referred to', () => {
  const page = (rows: Rows['rows'], truncated: Rows['truncated'] = []) => ({
    columns: [number, text('name'), text('town')],
    rows,
    truncated,
  });
  const offered = (...rows: Parameters<typeof page>) =>
    toParents(page(...rows), brand, ['name', 'town']).map(({ values, label, key }) => [values, label, key]);
  expect(offered([[1, 'Ann', 'Rome'], ['9007199254740993', 'Bob', null], [3, '', null]])).toEqual([
    [[1], 'Ann · Rome', '1'],
    [['9007199254740993'], 'Bob', '9007199254740993'],
    [[3], '3', ''],
  ]); // prettier-ignore
  expect(offered([[null, 'Ann', null]])).toEqual([]);
  expect(offered([[1, 'Ann', null], [2, 'Bob', null]], [[0, 0], [1, 1]])).toEqual([[[2], 'Bob', '2']]); // prettier-ignore
});
