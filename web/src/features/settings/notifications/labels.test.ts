import { expect, test } from 'vitest';
import type { Delivery } from './notifications';
import { channelLabel, deliveryStateText, channelAbout } from './labels';

test('a channel says what it tells and to whom', () => {
  expect(channelLabel('email')).toBe('E-mail');
  expect(channelLabel('webhook:warehouse')).toBe('Webhook “warehouse”');
  const channel = { name: 'email', host: 'smtp.example.org', from: null, personal: true };
  expect(channelAbout({ ...channel, events: ['run.completed', 'run.failed'] })).toBe(
    'Notifies people when their export is ready or fails.',
  );
  expect(channelAbout({ ...channel, personal: false, events: ['run.failed'] })).toBe(
    'Called when an export fails.',
  );
  expect(channelAbout({ ...channel, events: [] })).toBe('No events.');
});

test('a message says what became of it', () => {
  const delivery: Delivery = {
    id: 'd1',
    channel: 'email',
    event: 'run.completed',
    run_id: 'r1',
    recipient: 'user:u1',
    state: 'sent',
    attempt: 1,
    error_code: null,
    error_message: null,
    created_at: '2026-03-01T12:00:00Z',
    not_before: '2026-03-01T12:00:00Z',
    finished_at: '2026-03-01T12:00:01Z',
  };
  const refused = { error_code: 'webhook_refused' as const, error_message: 'it answered 500' };
  expect(deliveryStateText(delivery)).toBe('Delivered');
  expect(deliveryStateText({ ...delivery, attempt: 3 })).toBe('Delivered after 3 attempts');
  expect(deliveryStateText({ ...delivery, ...refused, state: 'failed' })).toBe(
    'Not delivered: it answered 500',
  );
  expect(deliveryStateText({ ...delivery, ...refused, state: 'waiting', attempt: 2 })).toBe(
    'Waiting for attempt 3: it answered 500',
  );
  expect(deliveryStateText({ ...delivery, state: 'waiting', attempt: 0 })).toBe('Waiting to be sent');
});
