import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { fetchRuns, type Run } from '@/api/runs';
import { ProblemNotice } from '@/components/problem-notice';
import { useRuns } from '@/hooks/use-runs';
import { formatDay } from '@/lib/dates';
import { formatBytes, plural } from '@/lib/format';
import { byDay, type Day } from '../model/days';
import { mergeRuns } from '../model/merge-runs';
import { formatDuration } from '../model/run-labels';

const DAYS = 14;
/** No more of the history is read than this; a chart of more would say so. */
const PAGES = 5;
const PAGE = 200;

async function fetchLately(since: number, signal: AbortSignal): Promise<{ runs: Run[]; complete: boolean }> {
  const runs: Run[] = [];
  let before: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await fetchRuns({}, before, signal, PAGE);
    runs.push(...answer.runs);
    const last = answer.runs.at(-1);
    if (answer.next == null || (last && Date.parse(last.created_at) < since)) return { runs, complete: true };
    before = answer.next;
  }
  return { runs, complete: false };
}

/** How much was exported on each of the last days, how long it took, and how often it failed. */
export function RunCharts({ now }: { now: number }) {
  const known = useRuns();
  const lately = useQuery({
    queryKey: ['runs', 'lately'],
    queryFn: ({ signal }) => fetchLately(Date.now() - DAYS * 86_400_000, signal),
    staleTime: 60_000,
  });
  if (lately.isError) return <ProblemNotice compact error={lately.error} />;
  if (!lately.data) return <div className="skeleton h-28" />;
  const { runs, complete } = lately.data;
  const days = byDay(mergeRuns([runs], known, {}, complete), now, DAYS);
  const completed = days.reduce((sum, day) => sum + day.completed, 0);
  const failed = days.reduce((sum, day) => sum + day.failed, 0);
  const rate = ({ completed: good, failed: bad }: Pick<Day, 'completed' | 'failed'>) => bad / (good + bad);
  return (
    <div className="grid gap-x-8 gap-y-5 sm:grid-cols-3">
      <Chart
        title="Volume"
        summary={`${formatBytes(days.reduce((sum, day) => sum + day.bytes, 0))} in ${plural(completed, 'file')}`}
        days={days}
        valueOf={(day) => day.bytes}
        wordsOf={(day) => `${formatBytes(day.bytes)} in ${plural(day.completed, 'file')}`}
      />
      <Chart
        title="Duration"
        summary={longest(days)}
        days={days}
        valueOf={(day) => day.medianDuration ?? 0}
        wordsOf={(day) =>
          day.medianDuration === undefined
            ? 'none completed'
            : `half within ${formatDuration(day.medianDuration)}`
        }
      />
      <Chart
        title="Failures"
        summary={
          completed + failed === 0
            ? 'none finished'
            : `${Math.round(100 * rate({ completed, failed }))}% of ${plural(completed + failed, 'export')}`
        }
        danger
        top={1}
        days={days}
        valueOf={(day) => (day.failed === 0 ? 0 : rate(day))}
        wordsOf={(day) => `${day.failed} of ${day.completed + day.failed} failed`}
      />
      {!complete && (
        <p className="text-xs text-ink-soft sm:col-span-3">Of the latest {plural(PAGES * PAGE, 'export')}.</p>
      )}
    </div>
  );
}

function longest(days: readonly Day[]): string {
  const medians = days.flatMap((day) => day.medianDuration ?? []);
  return medians.length === 0 ? 'none completed' : `median up to ${formatDuration(Math.max(...medians))}`;
}

interface ChartProps {
  title: string;
  summary: string;
  days: readonly Day[];
  valueOf: (day: Day) => number;
  wordsOf: (day: Day) => string;
  /** The value at the top; the greatest of them unless given. */
  top?: number;
  danger?: boolean;
}

const HEIGHT = 48;
const STEP = 10;

/** A bar for each day; what the bars say is there in words too. */
function Chart({ title, summary, days, valueOf, wordsOf, top, danger = false }: ChartProps) {
  const most = top ?? Math.max(...days.map(valueOf));
  return (
    <figure>
      <figcaption className="mb-2 flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-[13px] font-medium">{title}</span>
        <span className="text-xs text-ink-soft tabular-nums">{summary}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden
        className="block h-12 w-full border-b border-line-strong"
      >
        {days.map((day, index) => {
          const value = valueOf(day);
          // The least that there is can still be seen.
          const height = value === 0 || most === 0 ? 0 : Math.max(2, (HEIGHT * value) / most);
          return (
            <g key={day.start}>
              <title>{`${formatDay(day.start)}: ${wordsOf(day)}`}</title>
              <rect x={index * STEP} y={0} width={STEP} height={HEIGHT} className="fill-transparent" />
              <rect
                x={index * STEP + 1}
                y={HEIGHT - height}
                width={STEP - 2}
                height={height}
                className={clsx(danger ? 'fill-danger' : 'fill-accent')}
              />
            </g>
          );
        })}
      </svg>
      <p aria-hidden className="mt-1 flex justify-between text-xs text-ink-soft">
        <span>{days[0] && formatDay(days[0].start)}</span>
        <span>today</span>
      </p>
      <table className="sr-only">
        <caption>{title}</caption>
        <tbody>
          {days.map((day) => (
            <tr key={day.start}>
              <th scope="row">{formatDay(day.start)}</th>
              <td>{wordsOf(day)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
