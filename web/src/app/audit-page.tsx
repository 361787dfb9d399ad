import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import { NoAccess } from '@/components/no-access';
import { part } from '@/components/lazy';
import { useMay } from '@/hooks/use-current-user';
import { useTitle } from '@/hooks/use-title';

const Audit = part(() => import('@/features/audit/audit-page'));

/** The filters of the audit are in the address. */
export default function AuditPage() {
  useTitle('Audit');
  const search = useSearch({ from: '/audit' });
  const navigate = useNavigate();
  if (!useMay('audit.read')) return <NoAccess />;
  return (
    <Suspense fallback={<div className="flex-1" aria-busy="true" />}>
      <Audit
        wanted={search}
        onWanted={(next, { replace = false } = {}) => void navigate({ to: '/audit', search: next, replace })}
      />
    </Suspense>
  );
}
