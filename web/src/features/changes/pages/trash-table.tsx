import clsx from 'clsx';
import type { Column } from '@/api/types';
import { CellValue } from '@/components/cell-value';
import { Checkbox } from '@/components/checkbox';
import { DataTable } from '@/components/data-table';
import type { Selection } from '@/hooks/use-selection';
import { formatTimestampInFull, formatTimestamp } from '@/lib/dates';
import { plural } from '@/lib/format';
import type { TrashRow } from '../api/types';
import { TimeLeft } from './time-left';
import type { SelectRow } from './use-list-selection';

/** A column that is shown, and the index of its values in the rows. */
export interface ShownColumn {
  column: Column;
  index: number;
}

interface TrashTableProps {
  /** Which rows they are: `deleted by Ada, 5 minutes ago`. */
  title: string;
  rows: readonly TrashRow[];
  columns: readonly ShownColumn[];
  selection: Selection;
  onSelect: SelectRow;
  /** The time of day where each row says who deleted it, when, and for how long it stays. */
  now?: number;
}

const ORIGIN_COLUMNS = [
  { label: 'Deleted', className: 'w-72 max-lg:w-44 max-sm:w-32' },
  { label: 'Time left', className: 'w-28 max-sm:hidden' },
];

/** Rows of the trash, to be selected. */
export function TrashTable({ title, rows, columns, selection, onSelect, now }: TrashTableProps) {
  const keys = rows.map(({ key }) => key);
  const some = keys.filter(selection.has).length;
  return (
    <DataTable
      caption={`${plural(rows.length, 'row')} shown`}
      headClassName="border-0"
      columns={[
        {
          className: 'w-8',
          label: (
            <Checkbox
              checked={some === keys.length}
              indeterminate={some > 0 && some < keys.length}
              onChange={(on) => selection.set(keys, on)}
              label={`Select rows ${title}`}
            />
          ),
        },
        ...columns.map(({ column }, index) => ({
          label: column.label,
          className: clsx('truncate pr-3', width(index)),
        })),
        ...(now === undefined ? [] : ORIGIN_COLUMNS),
      ]}
    >
      {rows.map((row) => (
        <tr
          key={JSON.stringify(row.key)}
          className={clsx('border-b border-line', selection.has(row.key) && 'bg-selected')}
        >
          <td className="h-9">
            <Checkbox
              checked={selection.has(row.key)}
              onChange={(on, range) => onSelect(row.key, on, range)}
              label={`Select ${row.key.map(String).join(', ')}`}
            />
          </td>
          {columns.map(({ column, index: at }, index) => (
            <td key={column.name} className={clsx('truncate pr-3', width(index))}>
              <CellValue value={row.values[at] ?? null} column={column} />
            </td>
          ))}
          {now !== undefined && <Origin row={row} now={now} />}
        </tr>
      ))}
    </DataTable>
  );
}

/** The key is narrow, and a phone has room for one value more. */
function width(index: number) {
  return clsx(index === 0 && 'w-24 max-sm:w-16', index > 1 && 'max-sm:hidden');
}

function Origin({ row: { deleted_by: who, deleted_at: at, until }, now }: { row: TrashRow; now: number }) {
  return (
    <>
      <td className="truncate pr-3 text-ink-soft max-sm:py-1.5">
        {who !== undefined && <span className="mr-2 text-ink max-sm:block max-sm:truncate">{who}</span>}
        {at !== undefined && <span title={formatTimestampInFull(at)}>{formatTimestamp(at, now)}</span>}
        {who === undefined && at === undefined && 'Unknown'}
        {until !== undefined && (
          <span className="block sm:hidden">
            <TimeLeft until={until} now={now} />
          </span>
        )}
      </td>
      <td className="max-sm:hidden">{until !== undefined && <TimeLeft until={until} now={now} />}</td>
    </>
  );
}
