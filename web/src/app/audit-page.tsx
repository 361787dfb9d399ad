import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import { NoAccess } from '@/components/no-access';
import { lazyComponent } from '@/components/lazy';
import { usePermission } from '@/hooks/use-current-user';
import { useTitle } from '@/hooks/use-title';

const Audit = lazyComponent(() => import('@/features/audit/audit-page'));

/** The filters of the audit are in the address. */
export default function AuditPage() {
  useTitle('Audit');
  const search = useSearch({ from: '/audit' });
  const navigate = useNavigate();
  if (!usePermission('audit.read')) return <NoAccess />;
  return (
    <Suspense fallback={<div className="flex-1" aria-busy="true" />}>
      <Audit
        filters={search}
        onFilters={(next, { replace = false } = {}) => void navigate({ to: '/audit', search: next, replace })}
      />
    </Suspense>
  );
}
