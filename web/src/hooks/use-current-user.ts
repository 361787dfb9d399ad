import { useQuery } from '@tanstack/react-query';
import { type CurrentUser, type Permission, sessionQuery } from '@/api/session';

/** The user until the session is known: nothing is offered. */
const SIGNED_OUT: CurrentUser = { principal: '', name: '', permissions: [], can_sign_out: false };

/** The current user. */
export function useCurrentUser(): CurrentUser {
  return useQuery(sessionQuery).data ?? SIGNED_OUT;
}

/** Whether the user has this permission for any dataset. It decides what is offered; the server decides what is done. */
export function usePermission(permission: Permission): boolean {
  return useCurrentUser().permissions.includes(permission);
}
