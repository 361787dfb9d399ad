import clsx from 'clsx';
import { Ban, CircleAlert, CircleCheck, Clock, Download, Loader2, RotateCcw, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { runStore } from '@/api/run-store';
import { isUnderWay, type Run, type RunState } from '@/api/runs';
import { AppLink } from '@/components/app-link';
import { Button } from '@/components/button';
import { kindOf, runTitle } from '../kinds';
import { cancel, download, repeat } from '../model/actions';
import {
  hasFile,
  timeLeftText,
  percentDone,
  progressText,
  rowsPerSecond,
  secondsLeft,
  formatSpeed,
  STATE_LABELS,
} from '../model/run-labels';

const ICONS: Record<RunState, typeof Ban> = {
  queued: Clock,
  running: Loader2,
  cancelling: Loader2,
  cancelled: Ban,
  completed: CircleCheck,
  failed: CircleAlert,
};

/** Where a run stands: by a sign and by a word. */
export function StateMark({ state }: { state: RunState }) {
  const Icon = ICONS[state];
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 text-[13px] font-medium whitespace-nowrap',
        state === 'failed' && 'text-danger',
        state === 'completed' && 'text-accent-text',
        (state === 'cancelled' || state === 'queued') && 'text-ink-soft',
      )}
    >
      <Icon
        aria-hidden
        className={clsx('size-4 shrink-0', (state === 'running' || state === 'cancelling') && 'animate-spin')}
      />
      {STATE_LABELS[state]}
    </span>
  );
}

/** What a run is of: a dataset, which this leads to, or a person. */
export function RunPlace({ run, label }: { run: Run; label: string }) {
  const href = kindOf(run).href(run);
  if (href === undefined) return <>{label}</>;
  return (
    <AppLink href={href} className="underline decoration-dotted underline-offset-2 hover:decoration-solid">
      {label}
    </AppLink>
  );
}

/** How far a run is, and when it will be done. */
export function RunProgressLine({ run, now }: { run: Run; now: number }) {
  const running = run.state === 'running';
  const speed = running ? rowsPerSecond(run, runStore.samples(run.id), now) : undefined;
  const left = running ? secondsLeft(run.progress, speed) : undefined;
  return (
    <div className="min-w-0 text-xs text-ink-soft tabular-nums">
      <p>{progressText(run)}</p>
      <Bar
        percent={percentDone(run)}
        moving={run.state !== 'queued'}
        label={`Progress of ${runTitle(run)}`}
      />
      {/* Its place is kept, so that nothing jumps when the speed becomes known. */}
      {running && (
        <p className="min-h-4.5">
          {speed !== undefined && speed > 0 && formatSpeed(speed)}
          {left !== undefined && ` · ${timeLeftText(left)}`}
        </p>
      )}
    </div>
  );
}

interface BarProps {
  percent: number | undefined;
  moving: boolean;
  label: string;
}

function Bar({ percent, moving, label }: BarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent !== undefined && { 'aria-valuenow': percent })}
      className="my-1.5 h-1.5 overflow-hidden rounded-full bg-hover"
    >
      <div
        className={clsx(
          'h-full rounded-full bg-accent transition-[width] duration-500',
          percent === undefined && moving && 'bar-unknown',
        )}
        style={{ width: percent === undefined ? (moving ? '30%' : '0') : `${percent}%` }}
      />
    </div>
  );
}

interface RunActionsProps {
  run: Run;
  now: number;
  onDelete: () => void;
}

/** What can be done about a run as it stands. */
export function RunActions({ run, now, onDelete }: RunActionsProps) {
  const [busy, setBusy] = useState(false);
  const title = runTitle(run);
  const act = (action: (run: Run) => Promise<unknown>) => () => {
    setBusy(true);
    void action(run).finally(() => setBusy(false));
  };
  if (isUnderWay(run)) {
    return (
      <Button
        small
        aria-label={`Cancel ${title}`}
        disabled={busy || run.state === 'cancelling'}
        onClick={act(cancel)}
      >
        <X aria-hidden />
        Cancel
      </Button>
    );
  }
  return (
    <>
      {hasFile(run, now) && (
        <Button small aria-label={`Download ${title}`} disabled={busy} onClick={act(download)}>
          <Download aria-hidden />
          Download
        </Button>
      )}
      <Button
        small
        look="ghost"
        icon
        title="Run again"
        aria-label={`Run ${title} again`}
        disabled={busy}
        onClick={act(repeat)}
      >
        <RotateCcw aria-hidden />
      </Button>
      <Button
        small
        look="ghost"
        icon
        title="Delete"
        aria-label={`Delete ${title}`}
        disabled={busy}
        onClick={onDelete}
      >
        <Trash2 aria-hidden />
      </Button>
    </>
  );
}
