import { ArrowLeft } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem } from '@/api/problem';
import { onRowsChanged } from '@/api/rows-changed';
import type { DatasetRef } from '@/api/types';
import { AppLink } from '@/components/app-link';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { datasetHref } from '@/lib/address';
import { changesKey } from '../api/lists';
import { JournalNotice } from './journal-notice';
import { journalQuery } from '../api/journal';

interface PageFrameProps {
  datasetRef: DatasetRef;
  label: string;
  title: string;
  about: string;
  actions?: ReactNode;
  children: ReactNode;
  /** What stays in sight below. */
  footer?: ReactNode;
}

/** The frame of the pages about a dataset's changes. */
export function PageFrame({ datasetRef, label, title, about, actions, children, footer }: PageFrameProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Page
        title={title}
        about={about}
        actions={actions}
        before={
          <AppLink
            href={datasetHref(datasetRef)}
            className="-ml-1 mb-1 inline-flex h-7 items-center gap-1 rounded-md pr-1.5 text-[13px] text-ink-soft hover:text-ink pointer-coarse:h-10"
          >
            <ArrowLeft aria-hidden className="size-4" />
            {label}
          </AppLink>
        }
      >
        {children}
      </Page>
      {footer}
    </div>
  );
}

/** Asks again when rows of the dataset have changed. */
export function useFreshChanges(ref: DatasetRef) {
  const queries = useQueryClient();
  const { source, dataset } = ref;
  useEffect(
    () =>
      onRowsChanged((changed) => {
        if (changed.source === source && changed.dataset === dataset)
          void queries.invalidateQueries({ queryKey: changesKey({ source, dataset }) });
      }),
    [queries, source, dataset],
  );
}

const UNPREPARED = ['no_journal', 'journal_outdated', 'journal_newer', 'journal_refused'];

/** The reason why there is no list; where the source has no journal, with the way to create it. */
export function ChangesProblem({
  source,
  error,
  onRetry,
}: {
  source: string;
  error: unknown;
  onRetry: () => void;
}) {
  const unprepared = UNPREPARED.includes(Problem.from(error).code);
  const journal = useQuery({ ...journalQuery(source), enabled: unprepared }).data;
  if (unprepared && journal && !journal.ready) {
    return (
      <div className="rounded-lg border border-line px-4 py-3">
        <JournalNotice source={source} journal={journal} />
      </div>
    );
  }
  return <ProblemNotice error={error} onRetry={onRetry} />;
}
