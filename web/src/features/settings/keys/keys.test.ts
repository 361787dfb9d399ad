import { expect, test } from 'vitest';
import { expiresAt } from './keys';

const now = new Date(2026, 10, 21, 12, 0).getTime();

test('a key ends when it was said to', () => {
  expect(expiresAt('never', '', now)).toBeNull();
  expect(Date.parse(expiresAt('30', '', now) ?? '') - now).toBe(30 * 86_400_000);
  expect(expiresAt('day', '2026-12-24', now)).toBe(new Date(2026, 11, 25).toISOString());
  // Today has not passed yet.
  expect(expiresAt('day', '2026-11-21', now)).toBe(new Date(2026, 10, 22).toISOString());
  expect(expiresAt('day', '2026-11-20', now)).toBeUndefined();
  expect(expiresAt('day', '', now)).toBeUndefined();
});
