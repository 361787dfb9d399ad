import { expect, test } from 'vitest';
import { deedOf, deedWords, goingOnWords } from './change-kind';
import { isUndoable } from './report-outcome';

test('a deed says what became of the rows', () => {
  const words = (action: string, of?: string) =>
    deedWords(deedOf({ action, ...(of !== undefined && { of, undoes: 'x' }) }), 2);
  expect(words('restore')).toBe('2 rows restored');
  expect(words('purge')).toBe('2 rows deleted for good');
  expect(words('undo', 'delete')).toBe('2 rows restored');
  expect(words('undo', 'restore')).toBe('2 rows put back in the trash');
  expect(words('undo', 'set')).toBe('2 rows taken back');
});

test('a deed that goes on says so, and what is gone for good is not offered to be undone', () => {
  expect(goingOnWords({ kind: 'purge' }, 20_000)).toBe('Deleting 20,000 rows for good');
  expect(goingOnWords({ kind: 'undo', of: 'delete', undoes: 'x' }, 1)).toBe('Restoring 1 row');
  expect((['delete', 'restore', 'purge'] as const).map((kind) => isUndoable({ kind }))).toEqual([
    true,
    true,
    false,
  ]);
});
