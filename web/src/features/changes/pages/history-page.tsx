import { useInfiniteQuery } from '@tanstack/react-query';
import { History, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { Dataset, DatasetRef } from '@/api/types';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { DataTable } from '@/components/data-table';
import { EmptyNotice } from '@/components/empty-notice';
import { ListSkeleton } from '@/components/list-skeleton';
import { LoadMore } from '@/components/load-more';
import { useNow } from '@/hooks/use-runs';
import { formatTimestampInFull, formatTimestamp } from '@/lib/dates';
import { showProblem } from '@/lib/toast';
import { formatCount, plural } from '@/lib/format';
import { undoBlocker, actorName } from '../model/change-labels';
import type { Change } from '../api/types';
import { fetchOutcome } from '../api/execute';
import { historyQuery } from '../api/lists';
import { actionLabel, kindOf } from '../model/change-kind';
import { ChangesProblem, PageFrame, useFreshChanges } from './page-frame';
import { showResult } from '../model/shown-result';
import { undoAndReport } from '../model/report-outcome';

const COLUMNS = [
  { label: 'When', className: 'w-40 max-sm:hidden' },
  { label: 'Who', className: 'w-44 max-sm:hidden' },
  { label: 'What' },
  { label: 'Undo', silent: true, className: 'w-36 max-sm:w-22' },
];

interface HistoryPageProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
}

/** The changes of a dataset that were made in Rowport, the latest first. */
export default function HistoryPage({ datasetRef, dataset }: HistoryPageProps) {
  const history = useInfiniteQuery(historyQuery(datasetRef));
  const changes = history.data?.pages.flat() ?? [];
  const now = useNow(false);
  const [undoing, setUndoing] = useState<Change>();
  useFreshChanges(datasetRef);

  const show = (change: Change) => {
    fetchOutcome(datasetRef, change.id).then(
      (outcome) => showResult({ ref: datasetRef, kind: kindOf(change), outcome }),
      showProblem,
    );
  };

  return (
    <PageFrame
      datasetRef={datasetRef}
      label={dataset.label}
      title={`Changes in ${dataset.label}`}
      about="Changes made in Rowport. You can undo each one for a limited time."
    >
      {history.isPending && <ListSkeleton label="Loading changes" />}
      {history.isError && (
        <ChangesProblem
          source={datasetRef.source}
          error={history.error}
          onRetry={() => void history.refetch()}
        />
      )}
      {history.isSuccess && changes.length === 0 && (
        <EmptyNotice icon={<History />} title="No changes yet">
          Select rows in the dataset to delete them or to set their fields.
        </EmptyNotice>
      )}
      {changes.length > 0 && (
        <DataTable headClassName="max-sm:sr-only" columns={COLUMNS}>
          {changes.map((change) => (
            <ChangeRow
              key={change.id}
              change={change}
              why={undoBlocker(change, changes, now)}
              now={now}
              onShow={() => show(change)}
              onUndo={() => setUndoing(change)}
            />
          ))}
        </DataTable>
      )}
      <LoadMore query={history} label="Older changes" />
      {undoing && (
        <ConfirmDialog
          title="Undo this change?"
          description={`${actionLabel(undoing)} ${plural(undoing.done, 'row')}. Rows that have changed since then are skipped and listed.`}
          action="Undo"
          onConfirm={() => undoAndReport(datasetRef, undoing.id, kindOf(undoing))}
          onClose={() => setUndoing(undefined)}
        />
      )}
    </PageFrame>
  );
}

interface ChangeRowProps {
  change: Change;
  /** The reason why it can't be undone. */
  why: string | undefined;
  now: number;
  onShow: () => void;
  onUndo: () => void;
}

function ChangeRow({ change, why, now, onShow, onUndo }: ChangeRowProps) {
  const { created_at: at, failed, skipped, done, state, parent_change_set: parent } = change;
  const who = actorName(change);
  const rest = failed + skipped;
  const what = `${actionLabel(change)} ${plural(done, 'row')}`;
  return (
    <tr className="border-b border-line align-top [&>td]:py-2.5">
      <td className="pr-4 text-ink-soft max-sm:hidden">
        <time dateTime={at} title={formatTimestampInFull(at)}>
          {formatTimestamp(at, now)}
        </time>
      </td>
      <td className="truncate pr-4 font-medium max-sm:hidden">{who}</td>
      <td className="pr-4 max-sm:pr-1">
        <span className="font-medium">{what}</span>
        {parent !== undefined && (
          <span className="ml-2 text-ink-soft">together with rows in another dataset</span>
        )}
        {state !== 'done' && (
          <span className="ml-2 text-ink-soft">{state === 'open' ? 'in progress' : 'cancelled'}</span>
        )}
        {rest > 0 && (
          <Button
            look="ghost"
            small
            className="-my-1 ml-1 text-danger"
            aria-label={`${formatCount(rest)} failed: show them`}
            onClick={onShow}
          >
            {formatCount(rest)} failed
          </Button>
        )}
        <span className="mt-0.5 block text-xs text-ink-soft sm:hidden">
          {who} · {formatTimestamp(at, now)}
        </span>
      </td>
      <td className="text-right">
        {why === undefined ? (
          <Button
            small
            className="-my-1"
            aria-label={`Undo: ${what}, ${formatTimestamp(at, now)}`}
            onClick={onUndo}
          >
            <RotateCcw aria-hidden />
            Undo
          </Button>
        ) : (
          <span className="text-xs text-ink-soft">{why}</span>
        )}
      </td>
    </tr>
  );
}
