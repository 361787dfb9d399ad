import { plural } from '@/lib/format';
import type { AuditEvent } from './audit';

/** The names behind the ids in an event, as far as the reader may know them. */
export interface Known {
  nameOf: (id: string) => string | undefined;
  roleOf: (id: string) => string | undefined;
}

/** The kinds of actions, by how their names begin. */
export const ACTION_KINDS = [
  { value: '', label: 'Everything' },
  { value: 'session.', label: 'Sign-ins' },
  { value: 'export.', label: 'Downloads' },
  { value: 'rows.', label: 'Change requests' },
  { value: 'change.', label: 'Undos' },
  { value: 'chunk.', label: 'Row changes' },
  { value: 'run.', label: 'Background exports' },
  { value: 'artifact.', label: 'File downloads' },
  { value: 'user.', label: 'People' },
  { value: 'role.', label: 'Roles' },
  { value: 'key.', label: 'API keys' },
  { value: 'notification.', label: 'Notifications' },
  { value: 'audit.', label: 'Audit log' },
] as const;

/** What the actor did, after their name: `started an export of shop/orders`. */
export function eventText(event: AuditEvent, { nameOf, roleOf }: Known): string {
  const { action, subject, source, dataset, detail } = event;
  const text = (name: string) => {
    const value = detail?.[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const of = source != null && dataset != null ? ` of ${source}/${dataset}` : '';
  const whom = (subject == null ? undefined : nameOf(subject)) ?? 'a user';
  const named = (what: string, name: string | undefined) => (name === undefined ? what : `${what} “${name}”`);
  const role = text('name') ?? (subject == null ? undefined : roleOf(subject));
  const format = text('format')?.toUpperCase();
  const count = typeof detail?.rows === 'number' ? detail.rows : undefined;
  const rows = `${count === undefined ? 'rows' : plural(count, 'row')}${of}`;
  switch (action) {
    case 'rows.deleted':
      return `requested deletion of ${rows}`;
    case 'rows.set':
      return `requested an update of ${rows}`;
    case 'rows.restored':
      return `requested to restore ${rows}`;
    case 'rows.purged':
      return `requested permanent deletion of ${rows}`;
    case 'rows.expired':
      return `permanently deleted ${rows} that expired in the trash`;
    case 'change.undone':
      return `requested to undo a change (${rows})`;
    case 'chunk.delete':
      return `deleted ${rows}`;
    case 'chunk.set':
      return `changed ${rows}`;
    case 'chunk.restore':
      return `restored ${rows}`;
    case 'chunk.purge':
      return `permanently deleted ${rows}`;
    case 'chunk.undo':
      return `undid a change (${rows})`;
    case 'session.began':
      return 'signed in';
    case 'session.ended':
      return 'ended a session';
    case 'session.refused':
      return 'failed to sign in';
    case 'export.started':
      return `started an export${of}${format === undefined ? '' : ` as ${format}`}`;
    case 'run.asked':
      if (text('about') !== undefined) return `requested a personal data export (${text('about')})`;
      return `${text('rerun_of') === undefined ? 'requested' : 'requested again'} an export${of} in the background`;
    case 'run.cancelled':
      return 'cancelled a background export';
    case 'run.deleted':
      return 'deleted an export';
    case 'artifact.downloaded':
      return `downloaded an export${of}`;
    case 'user.first_admin':
      return `${whom} became the first administrator`;
    case 'user.created':
      return `invited ${whom}`;
    case 'user.changed':
      return `edited ${whom}`;
    case 'user.suspended':
      return `suspended ${whom}`;
    case 'user.resumed':
      return `reactivated ${whom}`;
    case 'user.deleted':
      return 'deleted a user';
    case 'user.invited':
      return `created a sign-in link for ${whom}`;
    case 'user.password_set':
      return `${whom} set a password`;
    case 'user.password_changed':
      return 'changed their password';
    case 'user.password_reset':
      return `reset the password of ${whom}`;
    case 'user.sessions_ended':
      return `ended all sessions of ${whom}`;
    case 'role.created':
      return named('created the role', role);
    case 'role.changed':
      return named('edited the role', role);
    case 'role.deleted':
      return named('deleted the role', role);
    case 'key.created':
      return named('created the API key', text('name'));
    case 'key.revoked':
      return 'revoked an API key';
    case 'notification.tested':
      return `sent a test via ${subject === 'email' ? 'e-mail' : (subject ?? 'a channel')}`;
    case 'audit.exported':
      return 'exported the audit log';
    default:
      // A later version may know more actions than this page.
      return `${action}${of}`;
  }
}

/** The name of the actor. */
export function actorName({ principal, principal_name: name }: AuditEvent): string {
  return principal === 'nobody' ? 'Not signed in' : name;
}
