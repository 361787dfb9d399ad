import clsx from 'clsx';
import { DataTable } from '@/components/data-table';
import { formatTimestampInFull, formatTimestamp } from '@/lib/dates';
import type { AuditEvent } from './audit';
import { eventText, type Known, actorName } from './event-text';

interface AuditTableProps {
  events: readonly AuditEvent[];
  known: Known;
  now: number;
  onOpen: (event: AuditEvent) => void;
}

const COLUMNS = [
  { label: 'When', className: 'w-40 max-sm:hidden' },
  { label: 'Who', className: 'w-48 max-sm:hidden' },
  { label: 'What' },
  { label: 'IP address', className: 'w-36 max-lg:hidden' },
];

export function AuditTable({ events, known, now, onOpen }: AuditTableProps) {
  return (
    <DataTable headClassName="max-sm:sr-only" columns={COLUMNS}>
      {events.map((event) => (
        <tr
          key={event.seq}
          data-action={event.action}
          className="relative border-b border-line align-top text-[13px] hover:bg-hover [&>td]:py-2.5"
        >
          <td className="pr-4 text-ink-soft max-sm:hidden">
            <time dateTime={event.at} title={formatTimestampInFull(event.at)}>
              {formatTimestamp(event.at, now)}
            </time>
          </td>
          <td
            className={clsx(
              'truncate pr-4 max-sm:hidden',
              event.principal === 'nobody' ? 'text-ink-soft' : 'font-medium',
            )}
          >
            {actorName(event)}
          </td>
          <td className="pr-4">
            {/* The whole row is the button. */}
            <button
              type="button"
              onClick={() => onOpen(event)}
              className="w-full text-left break-words after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
            >
              <span className="font-medium sm:hidden">{actorName(event)}: </span>
              {eventText(event, known)}
            </button>
            <span className="mt-0.5 block text-xs text-ink-soft sm:hidden">
              {formatTimestamp(event.at, now)}
              {event.address != null && ` · from ${event.address}`}
            </span>
          </td>
          <td className="truncate text-ink-soft max-lg:hidden">{event.address ?? '–'}</td>
        </tr>
      ))}
    </DataTable>
  );
}
