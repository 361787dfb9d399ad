import { isUnderWay } from '@/api/runs';
import { formatTimestamp } from '@/lib/dates';
import { formatBytes, plural } from '@/lib/format';
import { kindOf, runTitle } from '../kinds';
import { RunActions, RunPlace, RunProgressLine, StateMark } from './run-parts';
import type { RunListProps } from './run-table';
import { attemptText, formatDuration, fileBytes, expiryText, runDuration } from '../model/run-labels';

/** The same as the table, where there is no room for one. */
export function RunCards({ runs, now, labelOf, whoOf, onDelete }: RunListProps) {
  return (
    <ul className="grid gap-3 lg:grid-cols-2">
      {runs.map((run) => {
        const duration = runDuration(run, now);
        const bytes = fileBytes(run);
        const facts = [
          run.started_at != null && !isUnderWay(run) && plural(run.progress.rows, 'row'),
          bytes !== undefined && formatBytes(bytes),
          duration !== undefined && formatDuration(duration),
          attemptText(run),
        ].filter((fact) => typeof fact === 'string');
        const expiry = expiryText(run, now);
        const who = whoOf(run);
        return (
          <li key={run.id} data-run={run.id} className="rounded-lg border border-line p-3">
            <div className="flex items-start justify-between gap-3">
              <div className="min-w-0">
                <h2 className="text-[13px] font-medium break-words">{runTitle(run)}</h2>
                <p className="text-xs text-ink-soft">
                  <RunPlace run={run} label={labelOf(run)} />
                  {' · '}
                  {kindOf(run).format(run)}
                </p>
              </div>
              <StateMark state={run.state} />
            </div>
            {isUnderWay(run) && (
              <div className="mt-2">
                <RunProgressLine run={run} now={now} />
              </div>
            )}
            {run.error && <p className="mt-2 text-xs break-words text-danger">{run.error.message}</p>}
            <div className="mt-2 flex flex-wrap items-end justify-between gap-x-3 gap-y-2">
              <div className="text-xs text-ink-soft">
                {facts.length > 0 && <p className="text-ink tabular-nums">{facts.join(' · ')}</p>}
                <p>
                  <time dateTime={run.created_at}>{formatTimestamp(run.created_at, now)}</time>
                  {who !== undefined && ` by ${who}`}
                </p>
                {expiry !== undefined && <p>{expiry}</p>}
              </div>
              <span className="ml-auto flex gap-1">
                <RunActions run={run} now={now} onDelete={() => onDelete(run)} />
              </span>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
