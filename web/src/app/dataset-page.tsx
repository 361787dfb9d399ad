import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { datasetQuery } from '@/api/queries';
import { ProblemNotice } from '@/components/problem-notice';
import { useTitle } from '@/hooks/use-title';
import { DatasetBrowser } from './dataset-browser';

export function DatasetPage() {
  const ref = useParams({ from: '/datasets/$source/$dataset' });
  const dataset = useQuery(datasetQuery(ref));
  const label = dataset.data?.label ?? ref.dataset;

  useTitle(label);

  if (dataset.isError) {
    return (
      <div className="flex-1 overflow-y-auto">
        <ProblemNotice page error={dataset.error} onRetry={() => void dataset.refetch()} />
      </div>
    );
  }
  if (!dataset.data) return <DatasetSkeleton title={ref.dataset} />;
  // A dataset begins afresh: nothing of the previous dataset's selection or open popups is carried over.
  return <DatasetBrowser key={`${ref.source}/${ref.dataset}`} datasetRef={ref} dataset={dataset.data} />;
}

/** The same boxes as the dataset, so that nothing jumps when it arrives. */
function DatasetSkeleton({ title }: { title: string }) {
  return (
    <div className="flex min-h-0 flex-1 flex-col" aria-busy="true">
      <div className="flex h-14 shrink-0 items-center gap-3 px-4">
        <h1 className="truncate text-[17px] font-semibold">{title}</h1>
        <span className="skeleton h-3.5 w-24" />
      </div>
      <div className="flex h-12 shrink-0 items-start gap-2 px-4">
        <span className="skeleton h-8 w-60" />
        <span className="skeleton h-8 w-20" />
      </div>
      <div className="h-9 shrink-0 border-y border-line bg-sunken" />
      <div className="grid gap-4 p-4">
        {Array.from({ length: 12 }, (_, index) => (
          <div key={index} className="skeleton h-4" />
        ))}
      </div>
    </div>
  );
}
