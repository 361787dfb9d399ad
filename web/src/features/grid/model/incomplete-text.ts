import type { Incomplete } from '@/api/types';

/** Why not all rows can be shown, and what would show them. */
export function incompleteText(incomplete: Incomplete, kind: string): string {
  switch (incomplete) {
    case 'no_order':
      return `This ${kind} has no primary key, so only the first 1,000 rows are shown. Sort by columns that identify each row to see all of them.`;
    case 'equal_rows':
      return 'More than 1,000 rows have the same values in the columns you sort by, so the rows after them are not shown. Add columns to the sort to see all of them.';
  }
}
