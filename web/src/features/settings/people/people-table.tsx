import clsx from 'clsx';
import { Link2, MoreHorizontal, Pencil, Trash2, UserCheck, UserX } from 'lucide-react';
import type { Role, User } from '@/api/access';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { Menu, MenuItem, MenuSeparator } from '@/components/menu';
import { useCurrentUser } from '@/hooks/use-current-user';
import { formatTimestamp } from '@/lib/dates';

const COLUMNS = [
  { label: 'Name' },
  { label: 'Roles', className: 'max-sm:hidden' },
  { label: 'Tenant', className: 'w-32 max-lg:hidden' },
  { label: 'Last signed in', className: 'w-40 max-lg:hidden' },
  { label: 'State', className: 'w-28 max-sm:hidden' },
  { label: 'Actions', silent: true, className: 'w-10' },
];

interface PeopleTableProps extends PersonActions {
  people: readonly User[];
  roles: readonly Role[];
  now: number;
}

interface PersonActions {
  onEdit: (person: User) => void;
  onInvite: (person: User) => void;
  onSuspend: (person: User) => void;
  onResume: (person: User) => void;
  onRemove: (person: User) => void;
}

export function PeopleTable({ people, roles, now, ...actions }: PeopleTableProps) {
  const { principal } = useCurrentUser();
  const rolesOf = (person: User) =>
    person.roles.map((id) => roles.find((role) => role.id === id)?.name ?? id).join(', ') || 'No role';
  return (
    <DataTable columns={COLUMNS}>
      {people.map((person) => {
        const self = principal === `user:${person.id}`;
        return (
          <tr
            key={person.id}
            data-person={person.email}
            className="border-b border-line align-top text-[13px] [&>td]:py-2.5"
          >
            <td className="pr-4">
              <span className="block truncate font-medium">
                {person.name}
                {self && <span className="ml-1.5 font-normal text-ink-soft">(you)</span>}
              </span>
              <span className="block truncate text-xs text-ink-soft">{person.email}</span>
              <span className="mt-0.5 block truncate text-xs text-ink-soft sm:hidden">
                {rolesOf(person)} · <StateLabel person={person} />
              </span>
              {person.tenant != null && (
                <span className="block truncate text-xs text-ink-soft lg:hidden">
                  Tenant: {person.tenant}
                </span>
              )}
            </td>
            <td className="truncate pr-4 max-sm:hidden" title={rolesOf(person)}>
              {rolesOf(person)}
            </td>
            <td className="truncate pr-4 max-lg:hidden">
              {person.tenant ?? <span className="text-ink-faint">all</span>}
            </td>
            <td className="truncate pr-4 max-lg:hidden">
              {person.last_seen_at == null ? (
                <span className="text-ink-faint">never</span>
              ) : (
                <time dateTime={person.last_seen_at}>{formatTimestamp(person.last_seen_at, now)}</time>
              )}
            </td>
            <td className="max-sm:hidden">
              <StateLabel person={person} />
            </td>
            <td>
              <span className="-my-1 flex justify-end">
                <PersonMenu person={person} self={self} {...actions} />
              </span>
            </td>
          </tr>
        );
      })}
    </DataTable>
  );
}

function StateLabel({ person }: { person: User }) {
  const word = person.suspended ? 'Suspended' : person.active ? 'Active' : 'Invited';
  return (
    <span
      className={clsx(
        person.suspended ? 'text-danger' : person.active ? 'text-accent-text' : 'text-ink-soft',
        'font-medium',
      )}
    >
      {word}
    </span>
  );
}

function PersonMenu({ person, self, ...actions }: PersonActions & { person: User; self: boolean }) {
  const { onEdit, onInvite, onSuspend, onResume, onRemove } = actions;
  return (
    <Menu
      align="end"
      trigger={
        <Button look="ghost" small icon aria-label={`Actions for ${person.name}`}>
          <MoreHorizontal aria-hidden />
        </Button>
      }
    >
      <MenuItem icon={<Pencil />} onClick={() => onEdit(person)}>
        Edit…
      </MenuItem>
      <MenuItem icon={<Link2 />} onClick={() => onInvite(person)}>
        {person.active ? 'Reset password…' : 'New invitation link…'}
      </MenuItem>
      {/* Users can't lock themselves out. */}
      {!self && (
        <>
          <MenuSeparator />
          {person.suspended ? (
            <MenuItem icon={<UserCheck />} onClick={() => onResume(person)}>
              Reactivate
            </MenuItem>
          ) : (
            <MenuItem icon={<UserX />} onClick={() => onSuspend(person)}>
              Suspend…
            </MenuItem>
          )}
          <MenuItem icon={<Trash2 />} danger onClick={() => onRemove(person)}>
            Delete…
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
