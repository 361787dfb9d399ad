import type { Channel, Delivery } from './notifications';

/** `E-mail`, `Webhook “warehouse”`. */
export function channelLabel(name: string): string {
  return name === 'email' ? 'E-mail' : `Webhook “${name.replace(/^webhook:/, '')}”`;
}

const ENDS = { 'run.completed': 'is ready', 'run.failed': 'fails', test: '' } as const;

/** What a channel is notified of. */
export function channelAbout({ events, personal }: Channel): string {
  const told = events.map((event) => ENDS[event]).join(' or ');
  if (told === '') return 'No events.';
  return personal ? `Notifies people when their export ${told}.` : `Called when an export ${told}.`;
}

/** The label of a message. */
export function messageLabel({ event }: Delivery): string {
  return { 'run.completed': 'Export is ready', 'run.failed': 'Export failed', test: 'Test' }[event];
}

/** The state of a delivery. */
export function deliveryStateText({ state, attempt, error_message: reason }: Delivery): string {
  const why = reason == null ? '' : `: ${reason}`;
  const tries = attempt > 1 ? ` after ${attempt} attempts` : '';
  switch (state) {
    case 'sent':
      return `Delivered${tries}`;
    case 'failed':
      return `Not delivered${tries}${why}`;
    case 'sending':
      return 'Sending';
    case 'waiting':
      return attempt === 0 ? 'Waiting to be sent' : `Waiting for attempt ${attempt + 1}${why}`;
  }
}
