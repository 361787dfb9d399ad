import { expect, test } from 'vitest';
import { spanWords } from './format-span';

test('spans are said in the largest unit that fits', () => {
  expect(spanWords(3600)).toBe('an hour');
  expect(spanWords(86_400)).toBe('a day');
  expect(spanWords(7200)).toBe('2 hours');
  expect(spanWords(5400)).toBe('90 minutes');
  expect(spanWords(45)).toBe('45 seconds');
});
