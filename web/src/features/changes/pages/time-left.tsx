import clsx from 'clsx';
import { formatTimestampInFull, SOON } from '@/lib/dates';
import { daysLeft, timeLeftText } from '../model/change-labels';

/** For how long a row stays in the trash; its last days are emphasised. */
export function TimeLeft({ until, now }: { until: string; now: number }) {
  return (
    <span
      className={clsx(
        'text-xs whitespace-nowrap',
        daysLeft(until, now) < SOON ? 'font-medium text-warning' : 'text-ink-soft',
      )}
      title={`Until ${formatTimestampInFull(until)}`}
    >
      {timeLeftText(until, now)}
    </span>
  );
}
