import { expect, test } from 'vitest';
import type { components } from '@/api/schema';
import { kindOf, doneText, progressText } from './change-kind';
import { isUndoable } from './report-outcome';

test('a kind says what became of the rows', () => {
  const words = (action: components['schemas']['ChangeKind'], of?: components['schemas']['BulkKind']) =>
    doneText(kindOf({ action, ...(of !== undefined && { of, undoes: 'x' }) }), 2);
  expect(words('restore')).toBe('2 rows restored');
  expect(words('purge')).toBe('2 rows permanently deleted');
  expect(words('undo', 'delete')).toBe('2 rows restored');
  expect(words('undo', 'restore')).toBe('2 rows moved back to the trash');
  expect(words('undo', 'set')).toBe('2 rows changed back');
});

test('a kind that goes on says so, and what is gone for good is not offered to be undone', () => {
  expect(progressText({ action: 'purge' }, 20_000)).toBe('Permanently deleting 20,000 rows');
  expect(progressText({ action: 'undo', of: 'delete', undoes: 'x' }, 1)).toBe('Restoring 1 row');
  expect((['delete', 'restore', 'purge'] as const).map((action) => isUndoable({ action }))).toEqual([
    true,
    true,
    false,
  ]);
});
