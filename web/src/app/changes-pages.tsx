import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { datasetQuery } from '@/api/queries';
import { NoAccess } from '@/components/no-access';
import { ProblemNotice } from '@/components/problem-notice';
import { useTitle } from '@/hooks/use-title';

const History = lazy(() => import('@/features/changes/history-page'));
const Trash = lazy(() => import('@/features/changes/trash-page'));

/** What was changed in a dataset. */
export function HistoryPage() {
  return <ChangesPage from="/datasets/$source/$dataset/changes" title="Changes" />;
}

/** What was deleted from a dataset. */
export function TrashPage() {
  return <ChangesPage from="/datasets/$source/$dataset/trash" title="Trash" />;
}

interface ChangesPageProps {
  from: '/datasets/$source/$dataset/changes' | '/datasets/$source/$dataset/trash';
  title: 'Changes' | 'Trash';
}

function ChangesPage({ from, title }: ChangesPageProps) {
  const ref = useParams({ from });
  const dataset = useQuery(datasetQuery(ref));
  useTitle(`${title} of ${dataset.data?.label ?? ref.dataset}`);
  if (dataset.isError) {
    return (
      <div className="flex-1 overflow-y-auto">
        <ProblemNotice page error={dataset.error} onRetry={() => void dataset.refetch()} />
      </div>
    );
  }
  if (!dataset.data) return <div className="flex-1" aria-busy="true" />;
  if (title === 'Trash' && !dataset.data.permissions.includes('records.delete')) return <NoAccess />;
  const Page = title === 'Trash' ? Trash : History;
  return (
    <Suspense fallback={<div className="flex-1" aria-busy="true" />}>
      <Page key={`${ref.source}/${ref.dataset}`} datasetRef={ref} dataset={dataset.data} />
    </Suspense>
  );
}
