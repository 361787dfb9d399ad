import { useInfiniteQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import type { Dataset, DatasetRef, Key } from '@/api/types';
import { Button } from '@/components/button';
import { CellValue } from '@/components/cell-value';
import { ProblemNotice } from '@/components/problem-notice';
import { useNow } from '@/hooks/use-runs';
import { formatTimestampInFull, formatTimestamp } from '@/lib/dates';
import { fieldChanges, type RowChange, rowChangeText, rowHistoryQuery } from './row-changes';

interface RowHistoryProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  rowKey: Key;
}

/** What happened to a row through Rowport, the latest first; nothing where nothing did. */
export function RowHistory({ datasetRef, dataset, rowKey }: RowHistoryProps) {
  const history = useInfiniteQuery(rowHistoryQuery(datasetRef, rowKey));
  const now = useNow(false);
  const pages = history.data?.pages ?? [];
  if (!history.isError && pages.every(({ changes }) => changes.length === 0)) return null;
  return (
    <section aria-label="History" className="border-t border-line px-4 py-4">
      <h3 className="mb-2 text-[13px] font-semibold">History</h3>
      <ol className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {pages.flatMap(({ columns, changes }) =>
          changes.map((change) => (
            <li key={change.seq} className="text-[13px]">
              <p className="flex flex-wrap gap-x-1.5">
                <span className="font-medium">{change.actor_name}</span>
                <span>{rowChangeText(change)}</span>
                <time dateTime={change.at} title={formatTimestampInFull(change.at)} className="text-ink-soft">
                  {formatTimestamp(change.at, now)}
                </time>
              </p>
              {change.address !== undefined && <p className="text-xs text-ink-soft">from {change.address}</p>}
              <Trust values={change.values} />
              <Fields dataset={dataset} columns={columns} change={change} />
            </li>
          )),
        )}
      </ol>
      {history.isError && (
        <ProblemNotice compact error={history.error} onRetry={() => void history.refetch()} />
      )}
      {history.hasNextPage && (
        <Button
          small
          className="mt-3"
          disabled={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          Older
        </Button>
      )}
    </section>
  );
}

function Trust({ values }: Pick<RowChange, 'values'>) {
  if (values === 'kept') return null;
  return (
    <p className={values === 'altered' ? 'text-xs font-medium text-warning' : 'text-xs text-ink-soft'}>
      {values === 'altered'
        ? 'These values were altered in the journal afterwards.'
        : 'The values are no longer available.'}
    </p>
  );
}

interface FieldsProps {
  dataset: Dataset;
  columns: readonly string[];
  change: RowChange;
}

function Fields({ dataset, columns, change }: FieldsProps) {
  const fields = fieldChanges(columns, change).flatMap((field) => {
    const column = dataset.columns.find(({ name }) => name === field.name);
    return column ? [{ ...field, column }] : [];
  });
  if (fields.length === 0) return null;
  return (
    <dl className="mt-1 grid grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-3 gap-y-0.5">
      {fields.map(({ column, before, after }) => (
        <div key={column.name} className="contents">
          <dt className="truncate text-ink-soft">{column.label}</dt>
          <dd className="flex min-w-0 items-center gap-1.5">
            <span className="truncate line-through decoration-ink-faint">
              <CellValue value={before} column={column} />
            </span>
            <ArrowRight aria-label="became" role="img" className="size-3 shrink-0 text-ink-faint" />
            <span className="truncate">
              <CellValue value={after} column={column} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
