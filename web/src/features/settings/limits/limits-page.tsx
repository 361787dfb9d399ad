import { useQuery } from '@tanstack/react-query';
import { Infinity as Endless } from 'lucide-react';
import { client, unwrap } from '@/api/client';
import { EmptyNotice } from '@/components/empty-notice';
import { useNow } from '@/hooks/use-runs';
import { formatTimestamp } from '@/lib/dates';
import { plural } from '@/lib/format';
import { QueryContent, Section } from '../section';
import { formatSpan } from './format-span';

export default function LimitsPage() {
  const now = useNow(false);
  const limits = useQuery({
    queryKey: ['limits'],
    queryFn: async ({ signal }) => {
      const { exports, subject_exports: about } = await unwrap(client.GET('/api/v1/limits', { signal }));
      return [
        ...exports.map((limit) => ({ ...limit, what: 'Exports', one: 'export' })),
        ...about.map((limit) => ({ ...limit, what: 'Personal data exports', one: 'personal data export' })),
      ];
    },
    // Other tabs and programs of the user count too.
    refetchInterval: 30_000,
  });
  return (
    <Section
      title="Limits"
      about="How many exports you can still start. Downloads and background exports both count; personal data exports have their own limit."
    >
      <QueryContent query={limits} label="limits">
        {(list) =>
          list.length === 0 ? (
            <EmptyNotice icon={<Endless />} title="No export limit" />
          ) : (
            <ul className="grid gap-4 sm:grid-cols-2">
              {list.map((limit) => (
                <li
                  key={`${limit.what} ${limit.within_seconds}`}
                  className="rounded-lg border border-line p-4"
                >
                  <h3 className="text-[13px] text-ink-soft">
                    {limit.what} within {formatSpan(limit.within_seconds)}
                  </h3>
                  <p className="mt-1 text-xl font-semibold tabular-nums">
                    {limit.left}
                    <span className="text-[13px] font-normal text-ink-soft"> of {limit.most} left</span>
                  </p>
                  <meter
                    className="sr-only"
                    aria-label={`Left of ${plural(limit.most, limit.one)} within ${formatSpan(limit.within_seconds)}`}
                    min={0}
                    max={limit.most}
                    value={limit.left}
                  />
                  <div aria-hidden className="my-2 h-1.5 overflow-hidden rounded-full bg-hover">
                    <div
                      className={limit.left === 0 ? 'h-full bg-danger' : 'h-full rounded-full bg-accent'}
                      style={{ width: `${(100 * limit.left) / Math.max(1, limit.most)}%` }}
                    />
                  </div>
                  <p className="text-xs text-ink-soft">
                    {limit.left === limit.most
                      ? 'None used.'
                      : `One more available ${formatTimestamp(limit.resets_at, now)}.`}
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </QueryContent>
    </Section>
  );
}
