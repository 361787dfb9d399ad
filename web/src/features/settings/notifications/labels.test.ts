import { expect, test } from 'vitest';
import type { Delivery } from './notifications';
import { channelWords, stateWords, toldWords } from './labels';

test('a channel says what it tells and to whom', () => {
  expect(channelWords('email')).toBe('E-mail');
  expect(channelWords('webhook:warehouse')).toBe('Webhook “warehouse”');
  const channel = { name: 'email', host: 'smtp.example.org', from: null, personal: true };
  expect(toldWords({ ...channel, events: ['run.completed', 'run.failed'] })).toBe(
    'Tells whoever asked for an export when it is ready or failed.',
  );
  expect(toldWords({ ...channel, personal: false, events: ['run.failed'] })).toBe(
    'Is told when an export failed.',
  );
  expect(toldWords({ ...channel, events: [] })).toBe('Is told nothing.');
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
  const refused = { error_code: 'webhook_refused', error_message: 'it answered 500' };
  expect(stateWords(delivery)).toBe('Delivered');
  expect(stateWords({ ...delivery, attempt: 3 })).toBe('Delivered after 3 attempts');
  expect(stateWords({ ...delivery, ...refused, state: 'failed' })).toBe('Not delivered: it answered 500');
  expect(stateWords({ ...delivery, ...refused, state: 'waiting', attempt: 2 })).toBe(
    'Waits for attempt 3: it answered 500',
  );
  expect(stateWords({ ...delivery, state: 'waiting', attempt: 0 })).toBe('Waits to be sent');
});
