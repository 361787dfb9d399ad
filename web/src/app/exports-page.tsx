import { useNavigate, useSearch } from '@tanstack/react-router';
import { FilePlus2 } from 'lucide-react';
import { Suspense, useState } from 'react';
import { Button } from '@/components/button';
import { lazyComponent } from '@/components/lazy';
import { usePermission } from '@/hooks/use-current-user';
import { useTitle } from '@/hooks/use-title';
import { NewExport } from './new-export';

const Exports = lazyComponent(() => import('@/features/runs/pages/exports-page'));

/** The filters of the list are in the address. */
export default function ExportsPage() {
  const { everyone, ...rest } = useSearch({ from: '/exports' });
  const navigate = useNavigate();
  const mayExport = usePermission('records.export');
  const [making, setMaking] = useState(false);
  useTitle('Exports');
  return (
    <Suspense fallback={<div className="flex-1" aria-busy="true" />}>
      <Exports
        filters={{ ...rest, ...(everyone !== undefined && { everyone: true }) }}
        onFilters={({ everyone: all, ...next }) =>
          void navigate({ to: '/exports', search: { ...next, ...(all && { everyone: 'true' }) } })
        }
        actions={
          mayExport && (
            <Button look="primary" onClick={() => setMaking(true)}>
              <FilePlus2 aria-hidden />
              New export…
            </Button>
          )
        }
      />
      {making && <NewExport onClose={() => setMaking(false)} />}
    </Suspense>
  );
}
