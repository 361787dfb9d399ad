import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ChevronRight, FileDown, SearchX, UserRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { runStore } from '@/api/run-store';
import { fetchRuns, fetchSubjects, isUnderWay, type Run, type RunFilters, type RunState } from '@/api/runs';
import { AppLink } from '@/components/app-link';
import { Button } from '@/components/button';
import { EmptyNotice } from '@/components/empty-notice';
import { Field, Select } from '@/components/field';
import { ListSkeleton } from '@/components/list-skeleton';
import { LoadMore } from '@/components/load-more';
import { Page } from '@/components/page';
import { ProblemNotice } from '@/components/problem-notice';
import { datasetValue, useDatasetOptions } from '@/hooks/use-dataset-options';
import { useMedia } from '@/hooks/use-media';
import { usePermission, useCurrentUser } from '@/hooks/use-current-user';
import { useNames } from '@/hooks/use-names';
import { useEverybodysRuns, useNow, useRuns } from '@/hooks/use-runs';
import { kindOf } from '../kinds';
import { DeleteRunDialog } from '../dialogs/delete-run-dialog';
import { RunCharts } from './run-charts';
import { RunCards } from './run-cards';
import { RunTable } from './run-table';
import { mergeRuns } from '../model/merge-runs';
import { SubjectDialog } from '../dialogs/subject-dialog';
import { STATE_LABELS } from '../model/run-labels';

interface ExportsPageProps {
  filters: RunFilters;
  onFilters: (filters: RunFilters) => void;
  /** What can be begun here, before the filters. */
  actions: ReactNode;
}

/** The states that last long enough to look for. */
const STATES: RunState[] = ['queued', 'running', 'completed', 'failed', 'cancelled'];

const STATE_OPTIONS = [
  { value: '', label: 'All states' },
  ...STATES.map((state) => ({ value: state, label: STATE_LABELS[state] })),
];

const WHOSE = [
  { value: 'mine', label: 'My exports' },
  { value: 'everybodys', label: 'All users' },
] as const;

/** Milliseconds between two requests for the runs of all users, while some are in progress and otherwise. */
const POLL = 3_000;
const REST = 30_000;

/** The exports that were made in the background: those under way, and what became of the others. */
export default function ExportsPage({ filters, onFilters, actions }: ExportsPageProps) {
  const wide = useMedia('(min-width: 1280px)');
  const [charting, setCharting] = useState(false);
  const [deleting, setDeleting] = useState<Run>();
  const [asking, setAsking] = useState(false);
  const datasets = useDatasetOptions();
  const me = useCurrentUser();
  const admin = usePermission('admin');
  const subjects =
    useQuery({
      queryKey: ['subjects'],
      queryFn: ({ signal }) => fetchSubjects(signal),
      enabled: usePermission('subjects.export'),
      staleTime: 60_000,
    }).data ?? [];
  const nameOf = useNames();
  const everyone = filters.everyone === true;
  const history = useInfiniteQuery({
    queryKey: ['runs', filters],
    queryFn: async ({ pageParam, signal }) => {
      const page = await fetchRuns(filters, pageParam, signal);
      runStore.put(page.runs);
      return page;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    // The stream of events has the user's own runs only.
    refetchInterval: everyone
      ? ({ state }) => (state.data?.pages.some((page) => page.runs.some(isUnderWay)) === true ? POLL : REST)
      : false,
  });
  const [mine, everybodys] = [useRuns(), useEverybodysRuns()];
  const runs = mergeRuns(
    history.data?.pages.map((page) => page.runs) ?? [],
    everyone ? everybodys : mine,
    filters,
    history.isSuccess && !history.isPlaceholderData && !history.hasNextPage,
  );
  const now = useNow(runs.some(isUnderWay));
  const labelOf = (run: Run) => {
    const dataset = datasets.find(({ value }) => value === datasetValue(run));
    return kindOf(run).subject(run) ?? dataset?.label ?? run.dataset;
  };

  const { source: ofSource, dataset: ofDataset } = filters;
  const ofOne = ofSource !== undefined && ofDataset !== undefined && { source: ofSource, dataset: ofDataset };
  const chosenDataset = ofOne ? datasetValue(ofOne) : '';
  const datasetOptions = [
    { value: '', label: 'All datasets' },
    // A dataset that is there no more may still be asked for.
    ...(chosenDataset !== '' && !datasets.some(({ value }) => value === chosenDataset)
      ? [{ value: chosenDataset, label: chosenDataset }]
      : []),
    ...datasets,
  ];
  const ofEverybody = everyone && { everyone };
  const ofState = filters.state && { state: filters.state };
  const chooseDataset = (value: string) => {
    const found = datasets.find((each) => each.value === value);
    onFilters({ ...ofEverybody, ...ofState, ...found?.ref });
  };
  const chooseState = (value: string) => {
    const state = STATES.find((each) => each === value);
    onFilters({ ...ofEverybody, ...ofOne, ...(state && { state }) });
  };
  const chooseWhose = (whose: 'mine' | 'everybodys') =>
    onFilters({ ...ofState, ...ofOne, ...(whose === 'everybodys' && { everyone: true }) });
  const whoOf = (run: Run) => {
    if (!everyone) return undefined;
    return run.principal === me.principal ? 'you' : (nameOf(run.principal) ?? 'a deleted user');
  };
  const narrowed = filters.state !== undefined || ofSource !== undefined;
  const List = wide ? RunTable : RunCards;

  return (
    <Page
      title="Exports"
      label="All exports"
      about="Background exports, kept until they expire."
      actions={
        <div className="flex flex-wrap gap-3 max-sm:w-full">
          <div className="flex flex-wrap gap-3 self-end max-sm:w-full">
            {actions}
            {subjects.length > 0 && (
              <Button onClick={() => setAsking(true)}>
                <UserRound aria-hidden />
                Personal data export…
              </Button>
            )}
          </div>
          {admin && (
            <Field label="Owner" className="max-sm:flex-1">
              <Select value={everyone ? 'everybodys' : 'mine'} options={WHOSE} onChange={chooseWhose} />
            </Field>
          )}
          <Field label="State" className="max-sm:flex-1">
            <Select value={filters.state ?? ''} options={STATE_OPTIONS} onChange={chooseState} />
          </Field>
          <Field label="Dataset" className="max-sm:flex-1">
            <Select
              className="sm:max-w-60"
              value={chosenDataset}
              options={datasetOptions}
              onChange={chooseDataset}
            />
          </Field>
        </div>
      }
    >
      {(runs.length > 0 || narrowed) && (
        <details className="group" open={charting}>
          <summary
            className="inline-flex h-8 list-none items-center gap-1.5 rounded-md pr-2 text-[13px] text-ink-soft hover:text-ink pointer-coarse:h-10 [&::-webkit-details-marker]:hidden"
            onClick={(event) => {
              event.preventDefault();
              setCharting(!charting);
            }}
          >
            <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
            My exports in the last 14 days
          </summary>
          {charting && (
            <div className="mt-2 rounded-lg border border-line p-4">
              <RunCharts now={now} />
            </div>
          )}
        </details>
      )}
      <div className="mt-4">
        {history.isPending && <ListSkeleton tall rows={6} label="Loading exports" />}
        {history.isError && runs.length === 0 && (
          <ProblemNotice error={history.error} onRetry={() => void history.refetch()} />
        )}
        {runs.length > 0 && (
          <List runs={runs} now={now} labelOf={labelOf} whoOf={whoOf} onDelete={setDeleting} />
        )}
        {history.isSuccess && runs.length === 0 && !history.hasNextPage && (
          <EmptyNotice
            icon={narrowed ? <SearchX /> : <FileDown />}
            title={narrowed ? 'No exports match' : 'No exports yet'}
          >
            {narrowed ? (
              <Button className="mt-1" onClick={() => onFilters({ ...ofEverybody })}>
                Show all exports
              </Button>
            ) : (
              <>
                <AppLink href="/" className="text-accent-text underline underline-offset-3">
                  Open a dataset
                </AppLink>{' '}
                and choose Export. Large exports run in the background and appear here.
              </>
            )}
          </EmptyNotice>
        )}
        <LoadMore query={history} label="Older exports" />
        {history.isError && runs.length > 0 && <ProblemNotice compact error={history.error} />}
      </div>
      {asking && <SubjectDialog kinds={subjects} onClose={() => setAsking(false)} />}
      {deleting && <DeleteRunDialog run={deleting} now={now} onClose={() => setDeleting(undefined)} />}
    </Page>
  );
}
