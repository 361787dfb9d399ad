import { useQuery } from '@tanstack/react-query';
import { useParams, useRouter, useSearch } from '@tanstack/react-router';
import { type ReactNode, Suspense } from 'react';
import { datasetQuery } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import { NoAccess } from '@/components/no-access';
import { lazyComponent } from '@/components/lazy';
import { ProblemNotice } from '@/components/problem-notice';
import { useTitle } from '@/hooks/use-title';
import { datasetHref, stringifySearch } from '@/lib/address';
import { RunningChanges } from './running-changes';

const History = lazyComponent(() => import('@/features/changes/pages/history-page'));
const Trash = lazyComponent(() => import('@/features/changes/pages/trash-page'));

/** What was changed in a dataset. */
export function HistoryPage() {
  const ref = useParams({ from: '/datasets/$source/$dataset/changes' });
  return (
    <ChangesPage datasetRef={ref} title="Changes">
      {(dataset) => <History datasetRef={ref} dataset={dataset} />}
    </ChangesPage>
  );
}

/** What was deleted from a dataset. */
export function TrashPage() {
  const { history } = useRouter();
  const ref = useParams({ from: '/datasets/$source/$dataset/trash' });
  const { search = '' } = useSearch({ from: '/datasets/$source/$dataset/trash' });
  const onSearch = (text: string) =>
    history.replace(`${datasetHref(ref)}/trash${stringifySearch({ search: text })}`);
  return (
    <ChangesPage datasetRef={ref} title="Trash">
      {(dataset) =>
        dataset.permissions.includes('records.delete') ? (
          <Trash datasetRef={ref} dataset={dataset} search={search} onSearch={onSearch} />
        ) : (
          <NoAccess />
        )
      }
    </ChangesPage>
  );
}

interface ChangesPageProps {
  datasetRef: DatasetRef;
  title: string;
  children: (dataset: Dataset) => ReactNode;
}

function ChangesPage({ datasetRef: ref, title, children }: ChangesPageProps) {
  const dataset = useQuery(datasetQuery(ref));
  useTitle(`${title} of ${dataset.data?.label ?? ref.dataset}`);
  if (dataset.isError) {
    return (
      <div className="flex-1 overflow-y-auto">
        <ProblemNotice page error={dataset.error} onRetry={() => void dataset.refetch()} />
      </div>
    );
  }
  const waiting = <div className="flex-1" aria-busy="true" />;
  if (!dataset.data) return waiting;
  return (
    <>
      <Suspense key={`${ref.source}/${ref.dataset}`} fallback={waiting}>
        {children(dataset.data)}
      </Suspense>
      <RunningChanges datasetRef={ref} />
    </>
  );
}
