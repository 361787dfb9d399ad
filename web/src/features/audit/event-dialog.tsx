import type { ReactNode } from 'react';
import { AppLink } from '@/components/app-link';
import { Dialog } from '@/components/dialog';
import { datasetHref } from '@/lib/address';
import { formatTimestampInFull } from '@/lib/dates';
import type { AuditEvent } from './audit';
import { eventText, type Known, actorName } from './event-text';

interface EventDialogProps {
  event: AuditEvent;
  known: Known;
  onClose: () => void;
}

/** The dialog with everything about one event. */
export function EventDialog({ event, known, onClose }: EventDialogProps) {
  const { source, dataset, subject, detail } = event;
  const subjectName = subject == null ? undefined : (known.nameOf(subject) ?? known.roleOf(subject));
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Event ${event.seq}`}
      description={`${actorName(event)}: ${eventText(event, known)}`}
    >
      <dl className="text-[13px]">
        <Fact label="When">
          <time dateTime={event.at}>{formatTimestampInFull(event.at)}</time>
        </Fact>
        <Fact label="Who">
          {event.principal_name}
          <Code>{event.principal}</Code>
        </Fact>
        {event.tenant != null && <Fact label="Tenant">{event.tenant}</Fact>}
        <Fact label="Action">
          <Code>{event.action}</Code>
        </Fact>
        {source != null && dataset != null && (
          <Fact label="Dataset">
            <AppLink
              href={datasetHref({ source, dataset })}
              className="text-accent-text underline underline-offset-3"
            >
              {source}/{dataset}
            </AppLink>
          </Fact>
        )}
        {subject != null && (
          <Fact label="Target">
            {subjectName}
            <Code>{subject}</Code>
          </Fact>
        )}
        <Fact label="IP address">{event.address ?? 'Unknown'}</Fact>
        {event.request != null && (
          <Fact label="Request">
            <Code>{event.request}</Code>
          </Fact>
        )}
        {detail !== null && Object.keys(detail).length > 0 && (
          <Fact label="Details">
            <pre className="overflow-x-auto rounded-md bg-sunken p-2 font-mono text-xs break-words whitespace-pre-wrap">
              {JSON.stringify(detail, null, 2)}
            </pre>
          </Fact>
        )}
      </dl>
    </Dialog>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[80px_minmax(0,1fr)] gap-3 border-b border-line py-2 last:border-0">
      <dt className="text-ink-soft">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function Code({ children }: { children: string }) {
  return <code className="block font-mono text-xs break-all text-ink-soft">{children}</code>;
}
