import { useQuery } from '@tanstack/react-query';
import { type CurrentUser, type Permission, sessionQuery } from '@/api/session';

/** Until it is known who one is, nothing is offered. */
const SIGNED_OUT: CurrentUser = { principal: '', name: '', permissions: [], can_sign_out: false };

/** Who one is. */
export function useCurrentUser(): CurrentUser {
  return useQuery(sessionQuery).data ?? SIGNED_OUT;
}

/** Whether one may do this, on some dataset or other. It decides what is offered; the server decides what is done. */
export function usePermission(permission: Permission): boolean {
  return useCurrentUser().permissions.includes(permission);
}
