import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTitle } from '@/hooks/use-title';

const Exports = lazy(() => import('@/features/runs/exports-page'));

/** The filters of the list are in the address. */
export function ExportsPage() {
  const { everyone, ...rest } = useSearch({ from: '/exports' });
  const navigate = useNavigate();
  useTitle('Exports');
  return (
    <Suspense fallback={<div className="flex-1" aria-busy="true" />}>
      <Exports
        wanted={{ ...rest, ...(everyone !== undefined && { everyone: true }) }}
        onWanted={({ everyone: all, ...next }) =>
          void navigate({ to: '/exports', search: { ...next, ...(all && { everyone: 'true' }) } })
        }
      />
    </Suspense>
  );
}
