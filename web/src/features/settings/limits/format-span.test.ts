import { expect, test } from 'vitest';
import { formatSpan } from './format-span';

test('spans are said in the largest unit that fits', () => {
  expect(formatSpan(3600)).toBe('an hour');
  expect(formatSpan(86_400)).toBe('a day');
  expect(formatSpan(7200)).toBe('2 hours');
  expect(formatSpan(5400)).toBe('90 minutes');
  expect(formatSpan(45)).toBe('45 seconds');
});
