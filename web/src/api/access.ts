import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];

export type User = Schemas['User'];
export type Role = Schemas['Role'];
export type Grant = Schemas['Grant'];
export type ColumnRule = Schemas['ColumnRule'];

export type ApiKey = Schemas['ApiKey'];

/** The people who can sign in, for administrators. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/api/v1/users', { signal }))).users,
  staleTime: 30_000,
});

/** The roles, for administrators. */
export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/api/v1/roles', { signal }))).roles,
  staleTime: 30_000,
});

/** Rules of roles that name what is not there, for administrators. */
export const roleProblemsQuery = queryOptions({
  queryKey: [...rolesQuery.queryKey, 'problems'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/api/v1/roles', { signal }))).problems,
  staleTime: 30_000,
});

/** The API keys of the current user, or those of all users for administrators. */
export const keysQuery = (everyone: boolean) =>
  queryOptions({
    queryKey: ['keys', everyone],
    queryFn: async ({ signal }) => {
      const params = { query: { everyone } };
      return (await unwrap(client.GET('/api/v1/keys', { params, signal }))).keys;
    },
    staleTime: 30_000,
  });
