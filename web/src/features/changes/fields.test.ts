import { expect, test } from 'vitest';
import type { Column } from '@/api/types';
import { newDraft, operationsFor, toField, writableColumns } from './fields';

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

test('what can be done with a field depends on its column', () => {
  expect(operationsFor(text)).toEqual(['value', 'copy', 'replace']);
  expect(operationsFor(number)).toEqual(['value', 'clear', 'copy', 'add']);
});

test('a field is sent once nothing of it is missing', () => {
  const draft = newDraft(text);
  expect(toField(draft, text)).toEqual({ column: 'name', to: { value: '' } });
  expect(toField(newDraft(number), number)).toBeUndefined();
  expect(toField({ ...newDraft(number), text: '12.50' }, number)).toEqual({
    column: 'price',
    to: { value: '12.50' },
  });
  expect(toField(newDraft(flag), flag)).toEqual({ column: 'open', to: { value: true } });
  expect(toField({ ...draft, operation: 'copy' }, text)).toBeUndefined();
  expect(toField({ ...draft, operation: 'add', text: 'x' }, number)).toBeUndefined();
  expect(toField({ ...draft, operation: 'add', text: ' -1.5 ' }, number)?.to).toEqual({ add: '-1.5' });
  expect(toField({ ...draft, operation: 'replace', text: 'a' }, text)?.to).toEqual({
    replace: { find: 'a', with: '' },
  });
  expect(toField({ ...draft, operation: 'clear' }, number)?.to).toBe('clear');
});
