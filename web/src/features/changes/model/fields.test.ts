import { expect, test } from 'vitest';
import type { Column, Dataset } from '@/api/types';
import { newDraft, operationsFor, references, referTo, settables, toFields, writableColumns } from './fields';
import { noParent } from './parents';

const column = (name: string, type: Column['type'], rest: Partial<Column> = {}): Column => ({
  name, label: name, type, native_type: '', nullable: false, ...rest,
}); // prettier-ignore
const text = column('name', { kind: 'text' });
const number = column('price', { kind: 'decimal' }, { nullable: true });
const flag = column('open', { kind: 'boolean' });

test('keys, generated, computed and masked columns are not written', () => {
  const dataset = {
    key: ['id'],
    columns: [
      column('id', { kind: 'text' }),
      text,
      column('g', { kind: 'text' }, { generated: true }),
      column('c', { kind: 'text' }, { computed: true }),
      column('m', { kind: 'text' }, { masked: true }),
    ],
  };
  expect(writableColumns(dataset)).toEqual([text]);
});

const plain = (only: Column) => {
  const [settable] = settables({ key: [], columns: [only], foreign_keys: [] });
  if (!settable) throw new Error('It cannot be set.');
  return settable;
};

test('what can be done with a field depends on its column', () => {
  expect(operationsFor(plain(text))).toEqual(['value', 'empty', 'copy', 'replace']);
  expect(operationsFor(plain(number))).toEqual(['value', 'clear', 'copy', 'add']);
});

test('a value that was not touched is none: NULL, an empty text and a value are three things', () => {
  const optional = column('note', { kind: 'text' }, { nullable: true });
  const level = column('level', { kind: 'enum', values: ['low', 'high'] });
  const of = (only: Column, rest: object) => toFields({ ...newDraft(plain(only)), ...rest }, plain(only));
  for (const each of [text, optional, number, flag, level]) expect(of(each, {})).toBeUndefined();
  expect(of(optional, { operation: 'empty' })).toEqual([{ column: 'note', to: { value: '' } }]);
  expect(of(optional, { operation: 'clear' })).toEqual([{ column: 'note', to: 'clear' }]);
  expect(of(optional, { text: ' ' })).toEqual([{ column: 'note', to: { value: ' ' } }]);
  expect(newDraft().settable).toBe('');
});

test('a field is sent once nothing of it is missing', () => {
  const of = (only: Column, rest: object) => toFields({ ...newDraft(plain(only)), ...rest }, plain(only));
  expect(of(text, { text: 'Ada' })).toEqual([{ column: 'name', to: { value: 'Ada' } }]);
  expect(of(number, {})).toBeUndefined();
  expect(of(number, { text: '12.50' })).toEqual([{ column: 'price', to: { value: '12.50' } }]);
  expect(of(flag, { text: 'true' })).toEqual([{ column: 'open', to: { value: true } }]);
  expect(of(flag, { text: 'false' })).toEqual([{ column: 'open', to: { value: false } }]);
  expect(of(text, { operation: 'copy' })).toBeUndefined();
  expect(of(text, { operation: 'add', text: 'x' })).toBeUndefined();
  expect(of(number, { operation: 'add', text: ' -1.5 ' })?.[0]?.to).toEqual({ add: '-1.5' });
  expect(of(text, { operation: 'replace', text: 'a' })?.[0]?.to).toEqual({
    replace: { find: 'a', with: '' },
  });
  expect(of(number, { operation: 'clear' })?.[0]?.to).toBe('clear');
});

const key = (columns: string[], table: string): Dataset['foreign_keys'][number] => ({
  columns, references: { table }, referenced_columns: columns,
}); // prettier-ignore
const shelves = {
  key: ['id'],
  columns: [
    column('id', { kind: 'text' }),
    column('house', { kind: 'text' }, { nullable: true }),
    column('shelf', { kind: 'integer' } as Column['type'], { nullable: true }),
    column('owner', { kind: 'text' }),
  ],
  foreign_keys: [key(['house', 'shelf'], 'shelves'), key(['owner'], 'people'), key(['id', 'shelf'], 'parts')],
};

test('the columns of a reference are set together, if all of them may be set', () => {
  expect(settables(shelves).map(({ label }) => label)).toEqual(['house + shelf', 'house', 'shelf', 'owner']);
  const [shelf, owner, ...more] = references(shelves);
  expect([shelf?.reference.references.table, owner?.reference.references.table, more]).toEqual([
    'shelves',
    'people',
    [],
  ]);
  if (!shelf || !owner) throw new Error('They are not there.');
  expect(operationsFor(shelf)).toEqual(['value', 'clear']);
  const parent = { id: '', values: ['north', '9007199254740993'], label: '', key: '' };
  expect(toFields(newDraft(shelf), shelf)).toBeUndefined();
  expect(toFields({ ...newDraft(shelf), parent }, shelf)).toEqual([
    { column: 'house', to: { value: 'north' } },
    { column: 'shelf', to: { value: '9007199254740993' } },
  ]);
  expect(toFields(newDraft(owner), owner), 'the empty text is no key').toBeUndefined();
  expect(toFields({ ...newDraft(owner), text: 'ann' }, owner)).toEqual([
    { column: 'owner', to: { value: 'ann' } },
  ]);
  expect(referTo(shelf.columns, noParent(shelf.reference))).toEqual([
    { column: 'house', to: 'clear' },
    { column: 'shelf', to: 'clear' },
  ]);
});
