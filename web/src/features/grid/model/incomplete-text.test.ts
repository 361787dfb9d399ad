import { expect, test } from 'vitest';
import { incompleteText } from './incomplete-text';

test('what keeps rows from being shown is said with what would show them', () => {
  expect(incompleteText('no_order', 'view')).toBe(
    'This view has no primary key, so only the first 1,000 rows are shown. Sort by columns that identify each row to see all of them.',
  );
  expect(incompleteText('equal_rows', 'table')).toMatch(/Add columns to the sort/);
});
