import type { Sample } from '@/api/run-store';
import { isUnderWay, type Run, type RunProgress, type RunState } from '@/api/runs';
import { formatTimestamp } from '@/lib/dates';
import { formatEstimate, formatCount, plural } from '@/lib/format';
import { kindOf } from '../kinds';

export const STATE_LABELS: Record<RunState, string> = {
  queued: 'Waiting',
  running: 'Running',
  cancelling: 'Cancelling',
  cancelled: 'Cancelled',
  completed: 'Completed',
  failed: 'Failed',
};

/** What a run does at the moment. */
export function progressText(run: Run): string {
  const { state, attempt, progress } = run;
  if (state === 'queued') return attempt > 0 ? 'Waiting to retry' : 'Waiting to start';
  if (state === 'cancelling') return 'Cancelling…';
  if (state !== 'running') return STATE_LABELS[state];
  const expected = expectedRows(progress);
  const { verb } = kindOf(run);
  if (expected !== undefined) return `${verb} ${formatCount(progress.rows)} of ${plural(expected, 'row')}`;
  return progress.rows === 0 ? `${verb}…` : `${verb} ${plural(progress.rows, 'row')}`;
}

/** An estimate that has been passed says nothing any more. */
function expectedRows({ rows, rows_expected: expected }: RunProgress): number | undefined {
  return expected != null && expected > 0 && expected >= rows ? expected : undefined;
}

/** Whole percent, below 100 until the file is there; undefined when it is unknown. */
export function percentDone(run: Pick<Run, 'state' | 'progress'>): number | undefined {
  if (run.state === 'completed') return 100;
  const expected = expectedRows(run.progress);
  return expected === undefined ? undefined : Math.min(99, Math.floor((100 * run.progress.rows) / expected));
}

/** How far all of them are together, by their rows; undefined when that is not known of one that has begun. */
export function overallPercent(runs: readonly Pick<Run, 'state' | 'progress'>[]): number | undefined {
  let rows = 0;
  let expected = 0;
  for (const run of runs) {
    const each = expectedRows(run.progress);
    if (each === undefined) {
      if (run.state === 'queued') continue;
      return undefined;
    }
    rows += run.progress.rows;
    expected += each;
  }
  return expected === 0 ? undefined : Math.min(99, Math.floor((100 * rows) / expected));
}

/** Rows in a second, from what was seen of the run, or else since it began. */
export function rowsPerSecond(run: Run, samples: readonly Sample[], now: number): number | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first && last && last.at - first.at >= 1000)
    return (1000 * (last.rows - first.rows)) / (last.at - first.at);
  const seconds = run.started_at == null ? 0 : (now - Date.parse(run.started_at)) / 1000;
  return seconds >= 2 && run.progress.rows > 0 ? run.progress.rows / seconds : undefined;
}

export function secondsLeft(progress: RunProgress, speed: number | undefined): number | undefined {
  const expected = expectedRows(progress);
  if (expected === undefined || speed === undefined || speed <= 0) return undefined;
  return (expected - progress.rows) / speed;
}

/** As exact as a guess deserves. */
export function timeLeftText(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 57.5) return `about ${Math.round(seconds / 5) * 5} s left`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `about ${minutes} min left`;
  if (minutes >= 48 * 60) return 'days left';
  return `about ${hours(minutes)} left`;
}

export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) {
    const rest = whole % 60;
    return rest === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${rest} s`;
  }
  return hours(Math.round(seconds / 60));
}

function hours(minutes: number): string {
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

export function formatSpeed(speed: number): string {
  return `${formatEstimate(Math.round(speed))} rows/s`;
}

/** How long a run took, or has taken until now; undefined before it begins. */
export function runDuration(run: Run, now: number): number | undefined {
  if (run.started_at == null) return undefined;
  if (run.finished_at == null && !isUnderWay(run)) return undefined;
  const end = run.finished_at == null ? now : Date.parse(run.finished_at);
  return Math.max(0, end - Date.parse(run.started_at));
}

/** Until when the file is there. */
export function expiryText({ artifact }: Run, now: number): string | undefined {
  if (!artifact) return undefined;
  return hasFile({ artifact }, now) ? `expires ${formatTimestamp(artifact.expires_at, now)}` : 'file expired';
}

export function hasFile({ artifact }: Pick<Run, 'artifact'>, now: number): boolean {
  return artifact?.available === true && Date.parse(artifact.expires_at) > now;
}

export function attemptText({ attempt }: Pick<Run, 'attempt'>): string | undefined {
  return attempt > 1 ? `attempt ${attempt}` : undefined;
}

/** How large the file is, or has become so far; nothing is left of one that was given up. */
export function fileBytes(run: Run): number | undefined {
  return (
    run.artifact?.bytes ??
    (run.state === 'running' && run.progress.bytes > 0 ? run.progress.bytes : undefined)
  );
}
