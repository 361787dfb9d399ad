import type { Permission } from '@/api/session';

/** Whether the text fits the pattern, in which `*` stands for any text, the empty one too: as the server has it. */
export function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let position = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, position);
    if (at < 0) return false;
    position = at + part.length;
  }
  return text.length - position >= last.length && text.endsWith(last);
}

/** Every permission, in the order in which people are asked, and whether the product has yet what it is for. */
const AVAILABLE: Record<Permission, boolean> = {
  'records.read': true,
  'records.export': true,
  'records.reveal': true,
  'records.import': false,
  'records.update': true,
  'records.delete': true,
  'records.purge': true,
  'subjects.export': true,
  'collections.run': false,
  'schedules.manage': false,
  'audit.read': true,
  admin: true,
};

export const PERMISSIONS = Object.keys(AVAILABLE) as Permission[];

/** Whether a word of a grant stands for something that can be done. */
export function isAvailable(pattern: string): boolean {
  return !(pattern in AVAILABLE) || AVAILABLE[pattern as Permission];
}

/** What people are asked about. */
export const OFFERED: readonly Permission[] = PERMISSIONS.filter(isAvailable);

/** What stands for several permissions at once, in the order in which it is offered. */
export const WILDCARDS = ['*', 'records.*'] as const;

/** The wider pattern that allows the permission already, if one does. */
export function widerThan(patterns: readonly string[], permission: string): string | undefined {
  return patterns.find((pattern) => pattern !== permission && matches(pattern, permission));
}

export function allows(patterns: readonly string[], permission: string): boolean {
  return patterns.some((pattern) => matches(pattern, permission));
}

/** The patterns with this one, or without it. A wider one makes those that it covers needless. */
export function withPattern(patterns: readonly string[], pattern: string, on: boolean): string[] {
  const rest = patterns.filter((each) => each !== pattern);
  return on ? [...rest.filter((each) => !matches(pattern, each)), pattern] : rest;
}

/** Patterns that no checkbox stands for, such as `*.read`. */
export function oddPatterns(patterns: readonly string[]): string[] {
  const known: readonly string[] = [...PERMISSIONS, ...WILDCARDS];
  return patterns.filter((pattern) => !known.includes(pattern));
}
