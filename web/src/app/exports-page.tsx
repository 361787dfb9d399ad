import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';

const Exports = lazy(() => import('@/features/runs/exports-page'));

/** The filters of the list are in the address. */
export function ExportsPage() {
  const search = useSearch({ from: '/exports' });
  const navigate = useNavigate();
  useEffect(() => {
    document.title = 'Exports · Rowport';
    return () => {
      document.title = 'Rowport';
    };
  }, []);
  return (
    <Suspense fallback={<div className="flex-1" aria-busy="true" />}>
      <Exports wanted={search} onWanted={(next) => void navigate({ to: '/exports', search: next })} />
    </Suspense>
  );
}
