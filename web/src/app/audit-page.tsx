import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { NoAccess } from '@/components/no-access';
import { useMay } from '@/hooks/use-me';
import { useTitle } from '@/hooks/use-title';

const Audit = lazy(() => import('@/features/audit/audit-page'));

/** The filters of the audit are in the address. */
export function AuditPage() {
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
