import { useInfiniteQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { Button } from '@/components/button';
import { useNames } from '@/hooks/use-names';
import { useNow } from '@/hooks/use-runs';
import { exactMoment, momentWords } from '@/lib/dates';
import { Answer, Section } from '../section';
import { deliveriesQuery, type Delivery } from './notifications';
import { channelWords, messageWords, stateWords } from './labels';

/** What became of the messages of the last thirty days. `quiet` shows nothing where there never was one. */
export function DeliveriesList({ quiet }: { quiet: boolean }) {
  const deliveries = useInfiniteQuery(deliveriesQuery);
  const list = deliveries.data?.pages.flatMap((page) => page.deliveries);
  if (quiet && (list === undefined || list.length === 0)) return null;
  return (
    <Section title="Messages" about="What became of the messages of the last thirty days, the latest first.">
      <Answer query={{ ...deliveries, data: list }} label="messages">
        {(all) => (
          <>
            {all.length === 0 && <p className="text-[13px] text-ink-soft">There was none yet.</p>}
            <ul className={clsx(all.length > 0 && 'border-t border-line')}>
              {all.map((delivery) => (
                <Row key={delivery.id} delivery={delivery} />
              ))}
            </ul>
            {deliveries.hasNextPage && (
              <Button
                className="mt-4"
                disabled={deliveries.isFetchingNextPage}
                onClick={() => void deliveries.fetchNextPage()}
              >
                Show earlier ones
              </Button>
            )}
          </>
        )}
      </Answer>
    </Section>
  );
}

function Row({ delivery }: { delivery: Delivery }) {
  const nameOf = useNames();
  const now = useNow(false);
  const whom = delivery.recipient == null ? undefined : (nameOf(delivery.recipient) ?? 'somebody');
  return (
    <li data-delivery={delivery.state} className="border-b border-line py-3 text-[13px]">
      <h3 className="font-medium break-words">
        {messageWords(delivery)}
        <span className="font-normal text-ink-soft">
          {' · '}
          {channelWords(delivery.channel)}
          {whom !== undefined && ` to ${whom}`}
        </span>
      </h3>
      <p className={clsx('break-words', delivery.state === 'failed' ? 'text-danger' : 'text-ink-soft')}>
        {stateWords(delivery)}
      </p>
      <p className="text-xs text-ink-soft">
        <time dateTime={delivery.created_at} title={exactMoment(delivery.created_at)}>
          {momentWords(delivery.created_at, now)}
        </time>
      </p>
    </li>
  );
}
