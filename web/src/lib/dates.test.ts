import { expect, test } from 'vitest';
import { dayBounds, formatTimestamp, formatWait } from './dates';

const now = new Date(2026, 10, 21, 12, 0).getTime();
const iso = (milliseconds: number) => new Date(now + milliseconds).toISOString();

test('moments are said as people say them', () => {
  expect(formatTimestamp(iso(0), now)).toBe('today, 12:00');
  expect(formatTimestamp(iso(-13 * 3_600_000), now)).toBe('yesterday, 23:00');
  expect(formatTimestamp(iso(24 * 3_600_000), now)).toBe('tomorrow, 12:00');
  expect(formatTimestamp(iso(7 * 24 * 3_600_000), now)).toBe('28 Nov, 12:00');
  expect(formatTimestamp(iso(60 * 24 * 3_600_000), now)).toBe('20 Jan 2027, 12:00');
});

test('a wait that is as long as stated is long enough', () => {
  expect(formatWait(1)).toBe('a minute');
  expect(formatWait(61)).toBe('2 minutes');
  expect(formatWait(840)).toBe('14 minutes');
  expect(formatWait(3 * 3600)).toBe('3 hours');
});

test('a day lasts from its midnight to the next one', () => {
  const bounds = dayBounds('2026-11-21');
  expect(bounds && new Date(bounds.start).getHours()).toBe(0);
  expect(bounds && new Date(bounds.end).getDate()).toBe(22);
  expect(dayBounds('2026-02-31')).toBeUndefined();
  expect(dayBounds('yesterday')).toBeUndefined();
});
