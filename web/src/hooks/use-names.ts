import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { keysQuery, usersQuery } from '@/api/access';
import { usePermission, useCurrentUser } from './use-current-user';

/** The names of principals and of people by their ids. Only administrators know those of others. */
export function useNames(): (id: string) => string | undefined {
  const enabled = usePermission('admin');
  const me = useCurrentUser();
  const users = useQuery({ ...usersQuery, enabled }).data;
  const keys = useQuery({ ...keysQuery(true), enabled }).data;
  return useCallback(
    (id: string) => {
      if (id === me.principal) return me.name;
      const person = (userId: string) => users?.find((user) => user.id === userId)?.name;
      if (!id.startsWith('key:')) return person(id.replace(/^user:/, ''));
      const key = keys?.find((each) => `key:${each.id}` === id);
      return key && `${person(key.user_id) ?? 'a deleted user'} (${key.name})`;
    },
    [me, users, keys],
  );
}
