import { expect, test } from 'vitest';
import { asLink, formatValue, prettyJson, type ValueColumn } from './values';
import { formatEstimate, formatBytes, plural } from './format';

const column = (kind: 'decimal' | 'timestamp' | 'timestamp_tz' | 'boolean' | 'text', currency?: string): ValueColumn => ({
  name: 'a', label: 'a', type: { kind }, ...(currency !== undefined && { currency }),
}); // prettier-ignore

test('money keeps every digit', () => {
  expect(formatValue('12345678901234567890.123456', column('decimal', 'USD'))).toBe(
    '$12,345,678,901,234,567,890.123456',
  );
  expect(formatValue('-5.5', column('decimal', 'EUR'))).toBe('-€5.50');
  expect(formatValue('NaN', column('decimal', 'USD'))).toBe('NaN');
});

test('values by their type', () => {
  expect(formatValue('2026-01-02T03:04:05', column('timestamp'))).toBe('2026-01-02 03:04:05');
  expect(formatValue('2026-01-02T03:04:05Z', column('timestamp_tz'))).toBe('2026-01-02 03:04:05 UTC');
  expect(formatValue(false, column('boolean'))).toBe('No');
  expect(formatValue('T', column('text'))).toBe('T');
});

test('only addresses that open safely are links', () => {
  expect(asLink('https://example.com/a')).toBe('https://example.com/a');
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a b',
    'see https://example.com',
    5,
  ]) {
    expect(asLink(text)).toBeUndefined();
  }
});

test('JSON is indented, and anything else left alone', () => {
  expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyJson('{oops')).toBe('{oops');
});

test('numbers in words', () => {
  expect(plural(1, 'row')).toBe('1 row');
  expect(plural(1234, 'row')).toBe('1,234 rows');
  expect(formatEstimate(1_234_567)).toBe('1,200,000');
  expect(formatBytes(999)).toBe('999 B');
  expect(formatBytes(90_000_000)).toBe('90.0 MB');
});
