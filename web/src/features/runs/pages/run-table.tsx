import clsx from 'clsx';
import { isUnderWay, type Run } from '@/api/runs';
import { DataTable } from '@/components/data-table';
import { formatTimestamp } from '@/lib/dates';
import { formatBytes, formatCount } from '@/lib/format';
import { kindOf, runTitle } from '../kinds';
import { RunActions, RunPlace, RunProgressLine, StateMark } from './run-parts';
import { attemptText, formatDuration, fileBytes, expiryText, runDuration } from '../model/run-labels';

const COLUMNS = [
  { label: 'State', className: 'w-32' },
  { label: 'Export' },
  { label: 'Rows', className: 'w-24 text-right' },
  { label: 'Size', className: 'w-24 text-right' },
  { label: 'Duration', className: 'w-24 text-right' },
  { label: 'Requested', className: 'w-40 pl-6' },
  { label: 'Actions', silent: true, className: 'w-44' },
];

export interface RunListProps {
  runs: readonly Run[];
  now: number;
  labelOf: (run: Run) => string;
  /** Who asked for it, where that need be said. */
  whoOf: (run: Run) => string | undefined;
  onDelete: (run: Run) => void;
}

export function RunTable({ runs, now, labelOf, whoOf, onDelete }: RunListProps) {
  return (
    <DataTable columns={COLUMNS}>
      {runs.map((run) => (
        <RunRow
          key={run.id}
          run={run}
          now={now}
          label={labelOf(run)}
          who={whoOf(run)}
          onDelete={() => onDelete(run)}
        />
      ))}
    </DataTable>
  );
}

interface RunRowProps {
  run: Run;
  now: number;
  label: string;
  who: string | undefined;
  onDelete: () => void;
}

function RunRow({ run, now, label, who, onDelete }: RunRowProps) {
  const duration = runDuration(run, now);
  const bytes = fileBytes(run);
  const expiry = expiryText(run, now);
  const attempt = attemptText(run);
  return (
    <tr data-run={run.id} className="border-b border-line align-top text-[13px] [&>td]:py-3">
      <td>
        <StateMark state={run.state} />
        {attempt !== undefined && <span className="block pl-5.5 text-xs text-ink-soft">{attempt}</span>}
      </td>
      <td className="pr-4">
        <span className="block truncate font-medium" title={runTitle(run)}>
          {runTitle(run)}
        </span>
        <span className="block truncate text-xs text-ink-soft">
          <RunPlace run={run} label={label} />
          {' · '}
          {kindOf(run).format(run)}
          {expiry !== undefined && ` · ${expiry}`}
        </span>
        {isUnderWay(run) && (
          <div className="mt-1.5">
            <RunProgressLine run={run} now={now} />
          </div>
        )}
        {run.error && <p className="mt-1 text-xs break-words text-danger">{run.error.message}</p>}
      </td>
      <td className={clsx('text-right tabular-nums', run.artifact == null && 'text-ink-soft')}>
        {run.started_at != null && formatCount(run.progress.rows)}
      </td>
      <td className="text-right tabular-nums">{bytes !== undefined && formatBytes(bytes)}</td>
      <td className="text-right tabular-nums">{duration !== undefined && formatDuration(duration)}</td>
      <td className="pl-6">
        <time dateTime={run.created_at}>{formatTimestamp(run.created_at, now)}</time>
        {who !== undefined && <span className="block truncate text-xs text-ink-soft">by {who}</span>}
      </td>
      <td>
        <span className="-mt-1 flex justify-end gap-1">
          <RunActions run={run} now={now} onDelete={onDelete} />
        </span>
      </td>
    </tr>
  );
}
