import { isUnderWay, type Run } from '@/api/runs';

/** The outcome of the exports that were requested on one day. */
export interface Day {
  /** Its midnight, by the reader's clock. */
  start: number;
  /** Bytes of the files that were made. */
  bytes: number;
  /** Of the completed ones, half took no longer; undefined when there is none. */
  medianDuration: number | undefined;
  completed: number;
  failed: number;
}

/** The last days, today at the end. Cancelled exports count as neither completed nor failed. */
export function byDay(runs: readonly Run[], now: number, count: number): Day[] {
  const today = new Date(now);
  const days = Array.from({ length: count }, (_, index) => ({
    // Not a multiple of 24 hours: a day may have 23 or 25.
    start: new Date(today.getFullYear(), today.getMonth(), today.getDate() - (count - 1 - index)).getTime(),
    bytes: 0,
    durations: [] as number[],
    completed: 0,
    failed: 0,
  }));
  for (const run of runs) {
    if (isUnderWay(run)) continue;
    const asked = Date.parse(run.created_at);
    const day = days.findLast(({ start }) => start <= asked);
    if (!day) continue;
    if (run.state === 'failed') day.failed += 1;
    if (run.state !== 'completed') continue;
    day.completed += 1;
    day.bytes += run.artifact?.bytes ?? run.progress.bytes;
    if (run.started_at != null && run.finished_at != null)
      day.durations.push(Math.max(0, Date.parse(run.finished_at) - Date.parse(run.started_at)));
  }
  return days.map(({ durations, ...day }) => ({ ...day, medianDuration: median(durations) }));
}

function median(values: number[]): number | undefined {
  const sorted = values.sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
