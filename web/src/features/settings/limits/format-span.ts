import { plural } from '@/lib/format';

/** `an hour`, `a day`, `3 hours`. */
export function formatSpan(seconds: number): string {
  const units: [seconds: number, one: string, name: string][] = [
    [86_400, 'a day', 'day'],
    [3600, 'an hour', 'hour'],
    [60, 'a minute', 'minute'],
  ];
  for (const [unit, one, name] of units) {
    if (seconds === unit) return one;
    if (seconds > unit && seconds % unit === 0) return plural(seconds / unit, name);
  }
  return plural(seconds, 'second');
}
