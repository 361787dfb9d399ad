import { useInfiniteQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { Button } from '@/components/button';
import { useNames } from '@/hooks/use-names';
import { useNow } from '@/hooks/use-runs';
import { formatTimestampInFull, formatTimestamp } from '@/lib/dates';
import { QueryContent, Section } from '../section';
import { deliveriesQuery, type Delivery } from './notifications';
import { channelLabel, messageLabel, deliveryStateText } from './labels';

/** The deliveries of the last 30 days. `quiet` shows nothing where there is none. */
export function DeliveriesList({ quiet }: { quiet: boolean }) {
  const deliveries = useInfiniteQuery(deliveriesQuery);
  const list = deliveries.data?.pages.flatMap((page) => page.deliveries);
  if (quiet && (list === undefined || list.length === 0)) return null;
  return (
    <Section title="Messages" about="Deliveries of the last 30 days.">
      <QueryContent query={{ ...deliveries, data: list }} label="messages">
        {(all) => (
          <>
            {all.length === 0 && <p className="text-[13px] text-ink-soft">No messages yet</p>}
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
                Older messages
              </Button>
            )}
          </>
        )}
      </QueryContent>
    </Section>
  );
}

function Row({ delivery }: { delivery: Delivery }) {
  const nameOf = useNames();
  const now = useNow(false);
  const whom = delivery.recipient == null ? undefined : (nameOf(delivery.recipient) ?? 'a deleted user');
  return (
    <li data-delivery={delivery.state} className="border-b border-line py-3 text-[13px]">
      <h3 className="font-medium break-words">
        {messageLabel(delivery)}
        <span className="font-normal text-ink-soft">
          {' · '}
          {channelLabel(delivery.channel)}
          {whom !== undefined && ` to ${whom}`}
        </span>
      </h3>
      <p className={clsx('break-words', delivery.state === 'failed' ? 'text-danger' : 'text-ink-soft')}>
        {deliveryStateText(delivery)}
      </p>
      <p className="text-xs text-ink-soft">
        <time dateTime={delivery.created_at} title={formatTimestampInFull(delivery.created_at)}>
          {formatTimestamp(delivery.created_at, now)}
        </time>
      </p>
    </li>
  );
}
