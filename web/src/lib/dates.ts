/** A row of the trash with fewer days left than this is soon removed for good; the server counts them by the same number. */
export const SOON = 7;

const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** `today, 12:03`, `yesterday, 12:03`, `21 Nov, 12:03`: by the reader's clock. */
export function formatTimestamp(moment: string, now: number): string {
  const date = new Date(moment);
  const clock = time.format(date);
  const days = Math.round((midnight(date) - midnight(new Date(now))) / 86_400_000);
  const near: Record<number, string> = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' };
  const format = date.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear;
  return `${near[days] ?? format.format(date)}, ${clock}`;
}

export function formatDay(moment: number): string {
  return day.format(moment);
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

const full = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

/** A timestamp to the second, with the reader's time zone. */
export function formatTimestampInFull(moment: string): string {
  return full.format(new Date(moment));
}

/** `a minute`, `14 minutes`, `2 hours`: how long to wait, never less than it is. */
export function formatWait(seconds: number): string {
  if (seconds <= 60) return 'a minute';
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} minutes`;
  return `${Math.ceil(minutes / 60)} hours`;
}

/** The moments at which a day such as `2026-11-21` begins and ends by the reader's clock. */
export function dayBounds(day: string): { start: string; end: string } | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return undefined;
  const [year, month, date] = [Number(match[1]), Number(match[2]) - 1, Number(match[3])];
  const start = new Date(year, month, date);
  // `2026-02-31` is no day, although a `Date` makes one of it.
  if (start.getMonth() !== month || start.getDate() !== date) return undefined;
  // Not 24 hours later: a day may have 23 or 25.
  return { start: start.toISOString(), end: new Date(year, month, date + 1).toISOString() };
}
