import clsx from 'clsx';
import { useState } from 'react';
import { isUnderWay } from '@/api/runs';
import { AppLink } from '@/components/app-link';
import { Button } from '@/components/button';
import { Popover } from '@/components/popover';
import { useNow, useRuns } from '@/hooks/use-runs';
import { plural } from '@/lib/format';
import { cancel } from './model/actions';
import { RunProgressLine } from './pages/run-parts';
import { kindOf, runTitle } from './kinds';
import { overallPercent } from './model/run-labels';

/** Follows the exports and changes under way across pages; not there while there are none. */
export function RunBadge({ className }: { className?: string }) {
  const [open, setOpen] = useState(false);
  const active = useRuns().filter((run) => isUnderWay(run) && !run.deleted);
  const now = useNow(open && active.length > 0);
  // What is open stays, so that the keyboard does not lose its place when the last one ends.
  if (active.length === 0 && !open) return null;
  const percent = overallPercent(active);
  const nouns = active.map((run) => kindOf(run).noun);
  const parts = [...new Set(nouns)].map((noun) => plural(nouns.filter((each) => each === noun).length, noun));
  const words = `${parts.join(' and ')} in progress`;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      label="In progress"
      className="w-84"
      trigger={
        <Button
          small
          look="ghost"
          aria-label={`${words}${percent === undefined ? '' : `, ${percent}% done`}`}
          title={words}
          className={clsx('tabular-nums', className)}
        >
          <Ring percent={active.length === 0 ? 100 : percent} />
          <span>
            {active.length}
            {percent !== undefined && <span className="text-ink-faint"> · {percent}%</span>}
          </span>
        </Button>
      }
    >
      <ul className="min-h-0 overflow-y-auto">
        {active.map((run) => (
          <li key={run.id} className="flex items-center gap-3 border-b border-line px-3 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="mb-0.5 truncate text-[13px] font-medium">{runTitle(run)}</p>
              <RunProgressLine run={run} now={now} />
            </div>
            <Button
              small
              aria-label={`Cancel ${runTitle(run)}`}
              disabled={run.state === 'cancelling'}
              onClick={() => void cancel(run)}
            >
              Cancel
            </Button>
          </li>
        ))}
        {active.length === 0 && (
          <li className="border-b border-line px-3 py-3 text-[13px] text-ink-soft">Nothing in progress.</li>
        )}
      </ul>
      <div className="p-1">
        <AppLink
          href="/exports"
          onClick={() => setOpen(false)}
          className="flex h-8 items-center rounded-md px-2.5 text-[13px] text-accent-text hover:bg-hover pointer-coarse:h-10"
        >
          All exports
        </AppLink>
      </div>
    </Popover>
  );
}

const AROUND = 2 * Math.PI * 6;

/** A circle that closes; it turns while the progress is unknown. */
function Ring({ percent }: { percent: number | undefined }) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden
      className={clsx('-rotate-90', percent === undefined && 'animate-spin')}
    >
      <circle cx="8" cy="8" r="6" fill="none" strokeWidth="2.5" className="stroke-line" />
      <circle
        cx="8"
        cy="8"
        r="6"
        fill="none"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeDasharray={AROUND}
        strokeDashoffset={AROUND * (1 - (percent ?? 25) / 100)}
        className="stroke-accent transition-[stroke-dashoffset] duration-500"
      />
    </svg>
  );
}
