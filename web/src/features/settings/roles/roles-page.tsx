import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy, Eye, MoreHorizontal, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { type Role, roleProblemsQuery, rolesQuery, usersQuery } from '@/api/access';
import { sessionQuery } from '@/api/session';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { Menu, MenuItem, MenuSeparator } from '@/components/menu';
import { plural } from '@/lib/format';
import { NEW_GRANT } from '../grants/grants-editor';
import { roleText } from '../grants/permission-labels';
import { QueryContent, Section } from '../section';
import { RoleDialog } from './role-dialog';
import { copyName, deleteRole, type RoleDraft } from './roles';

type Shown = { what: 'edit'; role: Role | undefined; draft: RoleDraft } | { what: 'delete'; role: Role };

export default function RolesPage() {
  const client = useQueryClient();
  const roles = useQuery(rolesQuery);
  const problems = useQuery(roleProblemsQuery);
  const users = useQuery(usersQuery);
  const [shown, setShown] = useState<Shown>();
  const close = () => setShown(undefined);
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: rolesQuery.queryKey });
    // The user's own permissions may be different now.
    await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    await client.invalidateQueries({ queryKey: ['sources'] });
    await client.invalidateQueries({ queryKey: ['dataset'] });
  };
  const names = (roles.data ?? []).map((role) => role.name);
  const edit = (role: Role | undefined, draft: RoleDraft) => setShown({ what: 'edit', role, draft });
  const holders = ({ id }: Role) => (users.data ?? []).filter((user) => user.roles.includes(id)).length;

  const problemsOf = ({ columns }: Role) =>
    (problems.data ?? []).filter(({ dataset, column }) =>
      columns.some((rule) => rule.dataset === dataset && rule.column === column),
    );

  return (
    <Section
      title="Roles"
      about="Permissions add up across a person’s roles; hidden columns stay hidden if any role hides them."
      actions={
        <Button
          look="primary"
          onClick={() => edit(undefined, { name: '', grants: [NEW_GRANT], columns: [] })}
        >
          <Plus aria-hidden />
          Create role
        </Button>
      }
    >
      <QueryContent query={roles} label="roles">
        {(list) => (
          <ul className="border-t border-line">
            {list.map((role) => (
              <li
                key={role.id}
                data-role={role.name}
                className="flex items-start gap-3 border-b border-line py-3 text-[13px]"
              >
                <div className="min-w-0 flex-1">
                  <h3 className="flex flex-wrap items-baseline gap-x-2 font-medium">
                    {role.name}
                    {role.built_in && <span className="text-xs font-normal text-ink-soft">Built-in</span>}
                  </h3>
                  <p className="break-words text-ink-soft">{roleText(role)}</p>
                  {problemsOf(role).map(({ dataset, column, message }) => (
                    <p key={`${dataset}.${column}`} className="break-words text-xs text-danger">
                      {message}
                    </p>
                  ))}
                  <p className="text-xs text-ink-faint">
                    {users.data &&
                      (holders(role) === 0 ? 'Not assigned' : plural(holders(role), 'person', 'people'))}
                  </p>
                </div>
                <Menu
                  align="end"
                  trigger={
                    <Button look="ghost" small icon aria-label={`Actions for ${role.name}`}>
                      <MoreHorizontal aria-hidden />
                    </Button>
                  }
                >
                  <MenuItem icon={role.built_in ? <Eye /> : <Pencil />} onClick={() => edit(role, role)}>
                    {role.built_in ? 'View' : 'Edit…'}
                  </MenuItem>
                  <MenuItem
                    icon={<Copy />}
                    onClick={() => edit(undefined, { ...role, name: copyName(role.name, names) })}
                  >
                    Duplicate…
                  </MenuItem>
                  {!role.built_in && (
                    <>
                      <MenuSeparator />
                      <MenuItem icon={<Trash2 />} danger onClick={() => setShown({ what: 'delete', role })}>
                        Delete…
                      </MenuItem>
                    </>
                  )}
                </Menu>
              </li>
            ))}
          </ul>
        )}
      </QueryContent>
      {shown?.what === 'edit' && (
        <RoleDialog
          role={shown.role}
          start={shown.draft}
          onCopy={() => edit(undefined, { ...shown.draft, name: copyName(shown.draft.name, names) })}
          onDone={() => {
            close();
            void refresh();
          }}
          onClose={close}
        />
      )}
      {shown?.what === 'delete' && (
        <ConfirmDialog
          title={`Delete the role ${shown.role.name}?`}
          description="Only roles that are not assigned to anyone can be deleted."
          action="Delete"
          onConfirm={async () => {
            await deleteRole(shown.role.id);
            await refresh();
          }}
          onClose={close}
        />
      )}
    </Section>
  );
}
