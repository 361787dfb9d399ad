import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BellOff, Mail, Webhook } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { showToast, showProblem } from '@/lib/toast';
import { QueryContent, Section } from '../section';
import { DeliveriesList } from './deliveries-list';
import { type Channel, channelsQuery, sendTest } from './notifications';
import { channelLabel, channelAbout } from './labels';

export default function NotificationsPage() {
  const channels = useQuery(channelsQuery);
  return (
    <>
      <Section
        title="Channels"
        about="How people and programs are notified when a background export finishes. Set up in rowport.toml."
      >
        <QueryContent query={channels} label="channels">
          {(list) =>
            list.length === 0 ? (
              <EmptyNotice icon={<BellOff />} title="No notification channels configured">
                Set up e-mail and webhooks under <code className="font-mono text-xs">[notifications]</code> in
                rowport.toml.
              </EmptyNotice>
            ) : (
              <ul className="grid gap-4 sm:grid-cols-2">
                {list.map((channel) => (
                  <ChannelCard key={channel.name} channel={channel} />
                ))}
              </ul>
            )
          }
        </QueryContent>
      </Section>
      <DeliveriesList quiet={channels.data?.length === 0} />
    </>
  );
}

function ChannelCard({ channel }: { channel: Channel }) {
  const queries = useQueryClient();
  const [sending, setSending] = useState(false);
  const title = channelLabel(channel.name);
  const Icon = channel.personal ? Mail : Webhook;
  const send = async () => {
    setSending(true);
    try {
      await sendTest(channel.name);
      showToast('Test sent', 'See the result below.');
      await queries.invalidateQueries({ queryKey: ['deliveries'] });
    } catch (error) {
      showProblem(error);
    }
    setSending(false);
  };
  return (
    <li data-channel={channel.name} className="flex flex-col rounded-lg border border-line p-4 text-[13px]">
      <h3 className="flex items-center gap-2 font-medium break-words [&_svg]:size-4 [&_svg]:shrink-0">
        <Icon aria-hidden />
        {title}
      </h3>
      <p className="mt-1 break-words text-ink-soft">{channelAbout(channel)}</p>
      <p className="mt-1 mb-3 text-xs break-words text-ink-soft">
        {channel.personal ? 'Via' : 'To'} {channel.host}
        {channel.from != null && `, from ${channel.from}`}
      </p>
      <Button
        small
        className="mt-auto self-start"
        aria-label={`Send a test: ${title}`}
        disabled={sending}
        onClick={() => void send()}
      >
        Send a test
      </Button>
    </li>
  );
}
