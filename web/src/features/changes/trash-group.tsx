import clsx from 'clsx';
import { ArchiveRestore } from 'lucide-react';
import type { Column, Key } from '@/api/types';
import { Button } from '@/components/button';
import { CellValue } from '@/components/cell-value';
import { Checkbox } from '@/components/checkbox';
import { exactMoment, momentWords } from '@/lib/moments';
import { plural } from '@/lib/words';
import { daysLeft, daysLeftWords, type TrashGroup } from './change-words';

/** With fewer days left than this, that is emphasised. */
const SOON = 7;

interface TrashGroupTableProps {
  group: TrashGroup;
  /** What is shown of each row, and where it stands among its values. */
  columns: readonly { column: Column; place: number }[];
  now: number;
  busy: boolean;
  selected: ReadonlyMap<string, Key> | undefined;
  onSelect: (keys: readonly Key[], on: boolean) => void;
  onRestore: () => void;
}

/** The rows that one change has deleted. */
export function TrashGroupTable(props: TrashGroupTableProps) {
  const { group, columns, now, busy, selected, onSelect, onRestore } = props;
  const [first] = group.rows;
  if (!first) return null;
  const { deleted_by: who = 'somebody', deleted_at: at = '', until = '' } = first;
  const isSelected = (key: Key) => selected?.has(JSON.stringify(key)) === true;
  const keys = group.rows.map(({ key }) => key);
  const some = keys.filter(isSelected).length;
  const title = `deleted by ${who}, ${momentWords(at, now)}`;
  return (
    <section aria-label={`Rows ${title}`}>
      <div className="flex items-center gap-3 border-b border-line pb-2">
        <div className="flex min-w-0 flex-1 items-center gap-x-3 max-sm:flex-col max-sm:items-start">
          <h2 className="max-w-full truncate text-[13px] font-medium">
            {who}
            <span className="ml-2 font-normal text-ink-soft" title={exactMoment(at)}>
              {momentWords(at, now)}
            </span>
          </h2>
          <p
            className={clsx(
              'text-xs',
              daysLeft(until, now) < SOON ? 'font-medium text-warning' : 'text-ink-soft',
            )}
            title={`Until ${exactMoment(until)}`}
          >
            {daysLeftWords(until, now)} left
          </p>
        </div>
        <Button small aria-label={`Restore all rows ${title}`} disabled={busy} onClick={onRestore}>
          <ArchiveRestore aria-hidden />
          Restore all
        </Button>
      </div>
      <table className="w-full table-fixed text-left text-[13px]">
        <caption className="sr-only">{plural(group.rows.length, 'row')} shown</caption>
        <thead className="text-xs text-ink-soft [&_th]:font-medium">
          <tr className="h-8">
            <th scope="col" className="w-8">
              <Checkbox
                checked={some === keys.length}
                indeterminate={some > 0 && some < keys.length}
                onChange={(on) => onSelect(keys, on)}
                label={`Select the rows ${title}`}
              />
            </th>
            {columns.map(({ column }, index) => (
              <th
                key={column.name}
                scope="col"
                className={clsx('truncate pr-3', index === 0 && 'w-24', index > 1 && 'max-sm:hidden')}
              >
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {group.rows.map(({ key, values }) => (
            <tr
              key={JSON.stringify(key)}
              className={clsx('border-b border-line', isSelected(key) && 'bg-selected')}
            >
              <td className="h-9">
                <Checkbox
                  checked={isSelected(key)}
                  onChange={(on) => onSelect([key], on)}
                  label={`Select ${key.map(String).join(', ')}`}
                />
              </td>
              {columns.map(({ column, place }, index) => (
                <td key={column.name} className={clsx('truncate pr-3', index > 1 && 'max-sm:hidden')}>
                  <CellValue value={values[place] ?? null} column={column} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
