import type { User } from '@/api/access';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

/** A one-time link, and the person it is for. */
export type Invitation = Schemas['Invitation'];

const path = (id: string) => ({ params: { path: { id } } });

export function addPerson(body: Schemas['UserBody']): Promise<Invitation> {
  return unwrap(client.POST('/api/v1/users', { body }));
}

export function changePerson(id: string, body: Schemas['UserPatch']): Promise<User> {
  return unwrap(client.PATCH('/api/v1/users/{id}', { ...path(id), body }));
}

export function invitePerson(id: string): Promise<Invitation> {
  return unwrap(client.POST('/api/v1/users/{id}/invitation', path(id)));
}

export async function removePerson(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/users/{id}', path(id)));
}
