import { queryOptions } from '@tanstack/react-query';
import { client, read, unwrap } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];

/** Who one is, and what one may do. */
export type CurrentUser = Schemas['Identity'];
export type Permission = Schemas['Permission'];
export type Invited = Schemas['InvitedPerson'];
export type Acceptance = Schemas['Acceptance'];

/** Who one is. Whoever is nobody is led to the sign-in page. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => unwrap(client.GET('/api/v1/session', { signal })),
  // What one may do can change at any time, and the server decides; this only says what the page offers.
  staleTime: 60_000,
  refetchOnWindowFocus: true,
});

/** Whether somebody is signed in, for the pages where nobody need be. */
export async function isSignedIn(): Promise<boolean> {
  const { response } = await client.GET('/api/v1/session');
  return response.ok;
}

/** Whether the first account is still to be made, with the link that the server has printed. */
export async function needsSetup(): Promise<boolean> {
  return (await read(client.GET('/api/v1/health'))).needs_setup;
}

export async function signIn(email: string, password: string): Promise<void> {
  await read(client.POST('/api/v1/session', { body: { email, password } }));
}

export async function signOut(): Promise<void> {
  await unwrap(client.DELETE('/api/v1/session'));
}

export function findInvitation(token: string): Promise<Invited> {
  return read(client.POST('/api/v1/invitations/find', { body: { token } }));
}

export async function acceptInvitation(body: Acceptance): Promise<void> {
  await read(client.POST('/api/v1/invitations/accept', { body }));
}
