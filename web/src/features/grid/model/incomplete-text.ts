import type { Incomplete } from '@/api/types';

/** Why not all rows can be shown, and what would show them. */
export function incompleteText(incomplete: Incomplete, kind: string): string {
  switch (incomplete) {
    case 'no_order':
      return `This ${kind} has no key, so only the first 1,000 rows are shown. Sort by columns that tell rows apart to see all of them.`;
    case 'equal_rows':
      return 'Over 1,000 rows are equal in the columns that you sort by, so the rows after them are not shown. Add columns to the sort to see all of them.';
  }
}
