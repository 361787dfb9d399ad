import { ArrowLeft } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem } from '@/api/problem';
import { watchRowsChanged } from '@/api/rows-changed';
import type { DatasetRef } from '@/api/types';
import { AppLink } from '@/components/app-link';
import { ProblemNotice } from '@/components/problem-notice';
import { datasetHref } from '@/lib/address';
import { changesKey } from '../api/changes';
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

/** What stands around the pages about a dataset's changes. */
export function PageFrame({ datasetRef, label, title, about, actions, children, footer }: PageFrameProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="min-h-0 flex-1 overflow-y-scroll" tabIndex={0} role="region" aria-label={title}>
        <div className="mx-auto max-w-6xl px-4 py-6 sm:px-8 sm:py-8">
          <AppLink
            href={datasetHref(datasetRef)}
            className="-ml-1 inline-flex h-7 items-center gap-1 rounded-md pr-1.5 text-[13px] text-ink-soft hover:text-ink pointer-coarse:h-10"
          >
            <ArrowLeft aria-hidden className="size-4" />
            {label}
          </AppLink>
          <div className="mt-1 mb-5 flex flex-wrap items-end gap-3">
            <div className="mr-auto min-w-0">
              <h1 className="text-xl font-semibold">{title}</h1>
              <p className="mt-1 text-ink-soft">{about}</p>
            </div>
            {actions}
          </div>
          {children}
        </div>
      </div>
      {footer}
    </div>
  );
}

/** Looks again when rows were changed, from wherever that was done. */
export function useFreshChanges(ref: DatasetRef) {
  const queries = useQueryClient();
  const { source, dataset } = ref;
  useEffect(
    () =>
      watchRowsChanged((changed) => {
        if (changed.source === source && changed.dataset === dataset)
          void queries.invalidateQueries({ queryKey: changesKey({ source, dataset }) });
      }),
    [queries, source, dataset],
  );
}

const UNPREPARED = ['no_journal', 'journal_outdated', 'journal_newer', 'journal_refused'];

/** Why the list is not there; where the source is not prepared, with the way to prepare it. */
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

export function ListSkeleton({ label }: { label: string }) {
  return (
    <div aria-busy="true" role="status" aria-label={label}>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="flex h-11 items-center justify-between border-b border-line">
          <div className="skeleton h-3.5" style={{ width: `${30 + ((index * 13) % 30)}%` }} />
          <div className="skeleton h-3.5 w-24" />
        </div>
      ))}
    </div>
  );
}
