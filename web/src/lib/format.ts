const whole = new Intl.NumberFormat('en');

export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 row`, `2 rows`, `1,234 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** An estimate, as exact as it deserves: two digits. */
export function formatEstimate(count: number): string {
  if (count < 100) return formatCount(count);
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return formatCount(Math.round(count / unit) * unit);
}

/** `950`, `12K`, `1.2M`: for lists, where the order of magnitude is enough. */
export function formatShort(count: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power - 1] ?? ''}`;
}

export const SOURCE_KINDS = { postgres: 'PostgreSQL', mysql: 'MySQL', sqlite: 'SQLite' } as const;
