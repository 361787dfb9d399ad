import { plural } from '@/lib/format';
import type { AuditEvent } from './audit';

/** What the ids in an event stand for, as far as whoever looks may know. */
export interface Known {
  nameOf: (id: string) => string | undefined;
  roleOf: (id: string) => string | undefined;
}

/** The kinds of actions, by how their names begin. */
export const ACTION_KINDS = [
  { value: '', label: 'Everything' },
  { value: 'session.', label: 'Signing in and out' },
  { value: 'export.', label: 'Downloads of exports' },
  { value: 'rows.', label: 'Changes that were asked for' },
  { value: 'change.', label: 'Changes that were taken back' },
  { value: 'chunk.', label: 'Rows that were changed' },
  { value: 'run.', label: 'Exports in the background' },
  { value: 'artifact.', label: 'Downloads of files' },
  { value: 'user.', label: 'People' },
  { value: 'role.', label: 'Roles' },
  { value: 'key.', label: 'API keys' },
  { value: 'notification.', label: 'Notifications' },
  { value: 'audit.', label: 'The audit itself' },
] as const;

/** What somebody did, after their name: `started an export of shop/orders`. */
export function eventText(event: AuditEvent, { nameOf, roleOf }: Known): string {
  const { action, subject, source, dataset, detail } = event;
  const text = (name: string) => {
    const value = detail?.[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const of = source != null && dataset != null ? ` of ${source}/${dataset}` : '';
  const whom = (subject == null ? undefined : nameOf(subject)) ?? 'somebody';
  const named = (what: string, name: string | undefined) => (name === undefined ? what : `${what} “${name}”`);
  const role = text('name') ?? (subject == null ? undefined : roleOf(subject));
  const format = text('format')?.toUpperCase();
  const count = typeof detail?.rows === 'number' ? detail.rows : undefined;
  const rows = `${count === undefined ? 'rows' : plural(count, 'row')}${of}`;
  switch (action) {
    case 'rows.deleted':
      return `asked to delete ${rows}`;
    case 'rows.set':
      return `asked to change ${rows}`;
    case 'rows.restored':
      return `asked to restore ${rows}`;
    case 'rows.purged':
      return `asked to delete ${rows} for good`;
    case 'rows.expired':
      return `removed ${rows} from the trash, whose time was over`;
    case 'change.undone':
      return `asked to take back a change of ${rows}`;
    case 'chunk.delete':
      return `deleted ${rows}`;
    case 'chunk.set':
      return `changed ${rows}`;
    case 'chunk.restore':
      return `restored ${rows}`;
    case 'chunk.purge':
      return `deleted ${rows} for good`;
    case 'chunk.undo':
      return `took back a change of ${rows}`;
    case 'session.began':
      return 'signed in';
    case 'session.ended':
      return 'ended a session';
    case 'session.refused':
      return 'was refused: the e-mail address or the password was not right';
    case 'export.started':
      return `started an export${of}${format === undefined ? '' : ` as ${format}`}`;
    case 'run.asked':
      if (text('about') !== undefined) return `asked for everything about one ${text('about')}`;
      return `${text('rerun_of') === undefined ? 'asked for' : 'asked again for'} an export${of} in the background`;
    case 'run.cancelled':
      return 'cancelled an export in the background';
    case 'run.deleted':
      return 'deleted an export';
    case 'artifact.downloaded':
      return `downloaded the file of an export${of}`;
    case 'user.first_admin':
      return `${whom} became the first administrator`;
    case 'user.created':
      return `added ${whom}`;
    case 'user.changed':
      return `changed ${whom}`;
    case 'user.suspended':
      return `suspended ${whom}`;
    case 'user.resumed':
      return `let ${whom} in again`;
    case 'user.deleted':
      return 'removed somebody';
    case 'user.invited':
      return `made a link for ${whom}`;
    case 'user.password_set':
      return `${whom} chose a password`;
    case 'user.password_changed':
      return 'changed their own password';
    case 'user.password_reset':
      return `set a new password for ${whom}`;
    case 'user.sessions_ended':
      return `ended all sessions of ${whom}`;
    case 'role.created':
      return named('made the role', role);
    case 'role.changed':
      return named('changed the role', role);
    case 'role.deleted':
      return named('deleted the role', role);
    case 'key.created':
      return named('made the API key', text('name'));
    case 'key.revoked':
      return 'revoked an API key';
    case 'notification.tested':
      return `sent a test over ${subject === 'email' ? 'e-mail' : (subject ?? 'a channel')}`;
    case 'audit.exported':
      return 'exported the audit';
    default:
      // A later version may know more actions than this page.
      return `${action}${of}`;
  }
}

/** Who did it, as the audit has it. */
export function actorName({ principal, principal_name: name }: AuditEvent): string {
  return principal === 'nobody' ? 'Not signed in' : name;
}
