import { useQuery } from '@tanstack/react-query';
import { Database, Eye, KeyRound, Table2 } from 'lucide-react';
import { sourcesQuery } from '@/api/queries';
import type { Source } from '@/api/types';
import { AppLink } from '@/components/app-link';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { EmptyNotice } from '@/components/empty-notice';
import { ListSkeleton } from '@/components/list-skeleton';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { Problem } from '@/api/problem';
import { datasetHref } from '@/lib/address';
import { formatEstimate, formatCount, plural, SOURCE_KINDS } from '@/lib/format';

/** The first page: everything there is to look at. */
export default function DatasetsList() {
  const sources = useQuery(sourcesQuery);
  return (
    <Page
      title="Datasets"
      label="All datasets"
      width="5xl"
      about="All tables and views in your databases. Open one to browse, filter and export its rows."
    >
      <div className="grid gap-8">
        {sources.isPending && <ListSkeleton rows={10} label="Loading datasets" />}
        {sources.isError && <ProblemNotice error={sources.error} onRetry={() => void sources.refetch()} />}
        {sources.data?.length === 0 && (
          <EmptyNotice icon={<Database />} title="No databases yet">
            Start Rowport with{' '}
            <code className="font-mono text-[13px]">rowport serve --source sqlite:PATH</code> to see its
            tables here.
          </EmptyNotice>
        )}
        {sources.data?.map((source) => (
          <SourceSection
            key={source.name}
            source={source}
            onRetry={() => void sources.refetch()}
            retrying={sources.isFetching}
          />
        ))}
      </div>
    </Page>
  );
}

const COLUMNS = [
  { label: 'Name' },
  { label: 'Kind', className: 'w-24 max-sm:hidden' },
  { label: 'Key', className: 'w-44 max-md:hidden' },
  { label: 'Columns', className: 'w-24 text-right max-sm:hidden' },
  { label: 'Rows', className: 'w-28 text-right' },
];

interface SourceSectionProps {
  source: Source;
  retrying: boolean;
  onRetry: () => void;
}

function SourceSection({ source, retrying, onRetry }: SourceSectionProps) {
  return (
    <section aria-labelledby={`source-${source.name}`}>
      <h2
        id={`source-${source.name}`}
        className="flex items-baseline gap-2 border-b border-line pb-2 font-semibold"
      >
        {source.label}
        <span className="text-[13px] font-normal text-ink-soft">
          {SOURCE_KINDS[source.kind]}
          {!source.problem && ` · ${plural(source.datasets.length, 'dataset')}`}
        </span>
      </h2>
      {source.problem && (
        <div className="mt-3 grid justify-items-start gap-2">
          <div className="w-full">
            <ProblemNotice
              compact
              error={new Problem({ title: 'Not reachable', status: 0, ...source.problem })}
            />
          </div>
          <Button small disabled={retrying} onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
      {!source.problem && source.datasets.length === 0 && (
        <p className="py-4 text-ink-soft">This database has no tables.</p>
      )}
      {source.datasets.length > 0 && (
        <div className="overflow-x-auto">
          <DataTable headClassName="border-0" columns={COLUMNS}>
            {source.datasets.map((dataset) => (
              <tr key={dataset.name} className="relative h-11 border-t border-line hover:bg-hover">
                <td className="max-w-0 truncate">
                  <AppLink
                    href={datasetHref({ source: source.name, dataset: dataset.name })}
                    className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
                  >
                    {dataset.label}
                  </AppLink>
                  {dataset.label !== dataset.name && (
                    <span className="ml-2 font-mono text-xs text-ink-faint">{dataset.name}</span>
                  )}
                </td>
                <td className="text-[13px] text-ink-soft max-sm:hidden">
                  <span className="flex items-center gap-1.5">
                    {dataset.kind === 'view' ? (
                      <Eye aria-hidden className="size-3.5" />
                    ) : (
                      <Table2 aria-hidden className="size-3.5" />
                    )}
                    {dataset.kind}
                  </span>
                </td>
                <td className="max-w-0 truncate text-[13px] text-ink-soft max-md:hidden">
                  {dataset.key.length > 0 ? (
                    <span className="flex items-center gap-1.5">
                      <KeyRound aria-hidden className="size-3.5 shrink-0" />
                      <span className="truncate">{dataset.key.join(', ')}</span>
                    </span>
                  ) : (
                    'No key'
                  )}
                </td>
                <td className="text-right text-[13px] tabular-nums max-sm:hidden">
                  {formatCount(dataset.columns)}
                </td>
                <td className="text-right text-[13px] tabular-nums">
                  {dataset.estimated_rows == null ? (
                    <span className="text-ink-faint">–</span>
                  ) : (
                    <span title="Estimated">
                      {dataset.estimated_rows < 10_000
                        ? formatCount(dataset.estimated_rows)
                        : formatEstimate(dataset.estimated_rows)}
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </DataTable>
        </div>
      )}
    </section>
  );
}
