import { ArchiveRestore } from 'lucide-react';
import { Button } from '@/components/button';
import type { Selection } from '@/hooks/use-selection';
import { formatTimestampInFull, formatTimestamp } from '@/lib/dates';
import type { TrashRow } from '../api/types';
import { TimeLeft } from './time-left';
import type { SelectRow } from './use-list-selection';
import { type ShownColumn, TrashTable } from './trash-table';

interface TrashGroupProps {
  rows: readonly TrashRow[];
  columns: readonly ShownColumn[];
  selection: Selection;
  onSelect: SelectRow;
  now: number;
  busy: boolean;
  onRestore: () => void;
}

/** The rows that one change has deleted. */
export function TrashGroup({ rows, columns, selection, onSelect, now, busy, onRestore }: TrashGroupProps) {
  const [first] = rows;
  if (!first) return null;
  const { deleted_by: who = 'unknown user', deleted_at: at = '', until = '' } = first;
  const title = `deleted by ${who}, ${formatTimestamp(at, now)}`;
  return (
    <section aria-label={`Rows ${title}`}>
      <div className="flex items-center gap-3 border-b border-line pb-2">
        <div className="flex min-w-0 flex-1 items-center gap-x-3 max-sm:flex-col max-sm:items-start">
          <h2 className="max-w-full truncate text-[13px] font-medium">
            {who}
            <span className="ml-2 font-normal text-ink-soft" title={formatTimestampInFull(at)}>
              {formatTimestamp(at, now)}
            </span>
          </h2>
          <TimeLeft until={until} now={now} />
        </div>
        <Button small aria-label={`Restore all rows ${title}`} disabled={busy} onClick={onRestore}>
          <ArchiveRestore aria-hidden />
          Restore all
        </Button>
      </div>
      <TrashTable title={title} rows={rows} columns={columns} selection={selection} onSelect={onSelect} />
    </section>
  );
}
