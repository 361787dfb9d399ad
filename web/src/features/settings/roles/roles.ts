import type { Role } from '@/api/access';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';

/** A role as it is to be. */
export type RoleDraft = Required<components['schemas']['RoleRequest']>;

const path = (id: string) => ({ params: { path: { id } } });

/** Creates a role, or replaces the one with this id. */
export function saveRole(id: string | undefined, body: RoleDraft): Promise<Role> {
  if (id === undefined) return unwrap(client.POST('/api/v1/roles', { body }));
  return unwrap(client.PUT('/api/v1/roles/{id}', { ...path(id), body }));
}

export async function deleteRole(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/roles/{id}', path(id)));
}

/** What is still missing, in words; undefined when nothing is. */
export function missing({ name, grants, columns }: RoleDraft): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  if (grants.some(({ datasets }) => datasets.length === 0))
    return 'Choose a dataset for each permission rule.';
  if (grants.some(({ permissions }) => permissions.length === 0)) return 'Choose at least one permission.';
  if (columns.some((rule) => rule.dataset === '' || rule.column === ''))
    return 'Choose a dataset and a column for each restricted column, or remove it.';
  return undefined;
}

/** A name that is free. */
export function copyName(name: string, taken: readonly string[]): string {
  const folded = taken.map((each) => each.toLowerCase());
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? `Copy of ${name}` : `Copy ${number} of ${name}`;
    if (!folded.includes(candidate.toLowerCase())) return candidate;
  }
}
