import { useQuery } from '@tanstack/react-query';
import { Download, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { datasetQuery } from '@/api/queries';
import { announceRowsChanged } from '@/api/rows-changed';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Select } from '@/components/field';
import { showProblem } from '@/lib/toast';
import { formatCount, plural } from '@/lib/format';
import { type ChangeResponse, isStarted, type RowFailure } from '../api/types';
import { undoChange } from '../api/execute';
import { failuresCsv, saveText } from '../model/failures-csv';
import { retryOf, pastTense } from '../model/change-kind';
import { FailureTable } from './failure-table';
import { isWorthRetrying, reasonText, referringDatasets } from '../model/reasons';
import { type Result, showResult } from '../model/shown-result';
import { isUndoable, countFailed, reportOutcome, undoAndReport } from '../model/report-outcome';

/** The outcome of a change: the rows that were not changed, each with its reason. */
export default function ResultDialog({ result }: { result: Result }) {
  const { ref, kind, outcome } = result;
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const dataset = useQuery(datasetQuery(ref)).data;
  const keyColumns = dataset?.key ?? [];
  const { failures, done, altered = [] } = outcome;
  const rest = countFailed(outcome);
  const codes = [...new Set(failures.map((each) => each.code))];
  const shown = code === '' ? failures : failures.filter((each) => each.code === code);
  const close = () => showResult(undefined);
  const repeat = retryOf(ref, kind);
  // What would be skipped again is not tried again along with the others.
  const mayRetry = ({ code: reason }: RowFailure) => isWorthRetrying(reason);
  const retried = shown.filter(mayRetry);
  const users = referringDatasets(failures, dataset?.referring ?? []);

  const act = (steps: () => Promise<ChangeResponse>) => {
    setBusy(true);
    steps().then(
      (answer) => {
        close();
        reportOutcome(ref, kind, answer);
      },
      (error: unknown) => {
        setBusy(false);
        showProblem(error);
      },
    );
  };
  const download = () => {
    saveText(
      failuresCsv(shown, keyColumns),
      `${ref.dataset}-not-${pastTense(kind).replaceAll(' ', '-')}.csv`,
    );
  };
  /** Undoes the change of one row over what was changed in it since; the others stay in the list. */
  const force = async (row: RowFailure, undoes: string) => {
    setBusy(true);
    try {
      const answer = await undoChange(ref, undoes, { keys: [row.key], force: true });
      if (isStarted(answer) || countFailed(answer) > 0 || failures.length === 1) {
        close();
        reportOutcome(ref, kind, answer);
        return;
      }
      announceRowsChanged(ref);
      const others = failures.filter((each) => each !== row);
      const skipped = Math.max(0, outcome.skipped - 1);
      showResult({ ref, kind, outcome: { ...outcome, failures: others, done: done + 1, skipped } });
    } catch (error) {
      showProblem(error);
    }
    setBusy(false);
  };

  return (
    <Dialog
      open
      onClose={close}
      size="wide"
      title={`${formatCount(done)} of ${plural(outcome.rows, 'row')} ${pastTense(kind)}`}
      description={`In ${dataset?.label ?? ref.dataset}`}
      footer={
        <div className="flex flex-wrap items-center justify-end gap-2">
          {done > 0 && isUndoable(kind) && (
            <Button
              className="mr-auto"
              disabled={busy}
              onClick={() => {
                close();
                void undoAndReport(ref, outcome.change_set, kind);
              }}
            >
              <RotateCcw aria-hidden />
              Undo {plural(done, 'row')}
            </Button>
          )}
          <Button onClick={download} disabled={shown.length === 0}>
            <Download aria-hidden />
            Download as CSV
          </Button>
          {repeat && failures.some(mayRetry) && (
            <Button
              look="primary"
              disabled={busy || retried.length === 0}
              onClick={() => act(() => repeat(retried.map(({ key }) => key)))}
            >
              Try again ({formatCount(retried.length)})
            </Button>
          )}
        </div>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {failures.length > 0 && (
          <div className="flex flex-wrap items-center gap-3">
            <Select
              aria-label="Reasons"
              className="max-w-full"
              value={code}
              options={[
                { value: '', label: `All reasons (${formatCount(failures.length)})` },
                ...codes.map((value) => ({
                  value,
                  label: `${reasonText(value, kind, users)} (${formatCount(failures.filter((each) => each.code === value).length)})`,
                })),
              ]}
              onChange={setCode}
            />
            {rest > failures.length && (
              <p className="text-xs text-ink-soft">The first {formatCount(failures.length)} are listed.</p>
            )}
          </div>
        )}
        {failures.length > 0 && (
          <FailureTable
            source={ref.source}
            failures={shown}
            kind={kind}
            users={users}
            dataset={dataset}
            busy={busy}
            onForce={kind.action === 'undo' ? (row) => void force(row, kind.undoes) : undefined}
          />
        )}
        {altered.length > 0 && (
          <section aria-label="Altered rows" className="grid gap-2">
            <p className="text-[13px] font-medium text-warning">
              {plural(altered.length, 'row')} {altered.length === 1 ? 'is' : 'are'} restored, but not as
              before: a trigger of the database has changed {altered.length === 1 ? 'it' : 'them'}.
            </p>
            <FailureTable
              source={ref.source}
              failures={altered}
              kind={kind}
              users={[]}
              dataset={dataset}
              busy={busy}
              onForce={undefined}
            />
          </section>
        )}
      </div>
    </Dialog>
  );
}
