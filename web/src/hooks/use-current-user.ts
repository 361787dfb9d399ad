import { useQuery } from '@tanstack/react-query';
import { type Me, type Permission, sessionQuery } from '@/api/session';

/** Until it is known who one is, nothing is offered. */
const NOBODY: Me = { principal: '', name: '', permissions: [], can_sign_out: false };

/** Who one is. */
export function useMe(): Me {
  return useQuery(sessionQuery).data ?? NOBODY;
}

/** Whether one may do this, on some dataset or other. It decides what is offered; the server decides what is done. */
export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}
