import { queryOptions } from '@tanstack/react-query';
import { client, read, unwrap } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];

/** The current user and their permissions. */
export type CurrentUser = Schemas['Identity'];
export type Permission = Schemas['Permission'];
export type Invited = Schemas['InvitedPerson'];
export type Acceptance = Schemas['Acceptance'];

/** The current user. Without one, the page leaves for the sign-in page. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => unwrap(client.GET('/api/v1/session', { signal })),
  // Permissions can change at any time, and the server decides; this only says what the page offers.
  staleTime: 60_000,
  refetchOnWindowFocus: true,
});

/** Whether a user is signed in, for the pages that need none. */
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
