import clsx from 'clsx';
import { exactMoment, SOON } from '@/lib/dates';
import { daysLeft, daysLeftWords } from '../model/change-labels';

/** For how long a row stays in the trash; its last days are emphasised. */
export function TimeLeft({ until, now }: { until: string; now: number }) {
  return (
    <span
      className={clsx(
        'text-xs whitespace-nowrap',
        daysLeft(until, now) < SOON ? 'font-medium text-warning' : 'text-ink-soft',
      )}
      title={`Until ${exactMoment(until)}`}
    >
      {daysLeftWords(until, now)} left
    </span>
  );
}
