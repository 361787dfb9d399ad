import { formatCount, plural } from '@/lib/format';
import type { Change, TrashRow } from '../api/types';

/** How many of the rows that were chosen will be `deleted`; the others cannot be. */
export function effectText(rows: number, changed: number, label: string, past: string): string {
  if (rows === 0) return 'These rows no longer exist.';
  if (changed === rows) return `${plural(rows, 'row')} in ${label} will be ${past}.`;
  if (changed > 0) return `${formatCount(changed)} of ${plural(rows, 'row')} in ${label} will be ${past}.`;
  if (rows === 1) return `This row in ${label} can’t be ${past}.`;
  return `None of the ${plural(rows, 'row')} in ${label} can be ${past}.`;
}

/** The name of the actor: rows that expire in the trash are deleted by Rowport itself. */
export function actorName({ actor, actor_name: name }: Pick<Change, 'actor' | 'actor_name'>): string {
  return actor === 'expiry' ? 'Rowport' : name;
}

/** The reason why a change can't be undone; undefined where it can. */
export function undoBlocker(change: Change, all: readonly Change[], now: number): string | undefined {
  if (change.state === 'open') return 'In progress';
  if (change.done === 0) return 'No rows changed';
  if (change.action === 'purge') return 'Can’t be undone';
  if (Date.parse(change.undo_until) <= now) return 'Expired';
  const undone = all.filter(({ undoes }) => undoes === change.id).reduce((sum, { done }) => sum + done, 0);
  return undone >= change.done ? 'Undone' : undefined;
}

/** Whole days that are left. */
export function daysLeft(until: string, now: number): number {
  return Math.max(0, Math.round((Date.parse(until) - now) / 86_400_000));
}

export function timeLeftText(until: string, now: number): string {
  const days = daysLeft(until, now);
  if (Date.parse(until) - now >= 86_400_000) return `${plural(days, 'day')} left`;
  const hours = Math.floor((Date.parse(until) - now) / 3_600_000);
  if (hours > 0) return `${plural(hours, 'hour')} left`;
  return Date.parse(until) > now ? 'under an hour left' : 'expired';
}

/** Rows of the trash that one change has brought there, in the order they came; without an id where the change is unknown. */
export interface TrashGroup {
  id: string | undefined;
  rows: TrashRow[];
}

export function groupTrash(rows: readonly TrashRow[]): TrashGroup[] {
  const groups = new Map<string | undefined, TrashGroup>();
  for (const row of rows) {
    const group = groups.get(row.change_set) ?? { id: row.change_set, rows: [] };
    group.rows.push(row);
    groups.set(group.id, group);
  }
  return [...groups.values()];
}
