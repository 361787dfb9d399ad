import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ChevronRight, CircleAlert, Eye, Search, Table2 } from 'lucide-react';
import { useState } from 'react';
import { sourcesQuery } from '@/api/queries';
import type { DatasetRef, Source } from '@/api/types';
import { AppLink } from '@/components/app-link';
import { ProblemNotice } from '@/components/problem-notice';
import { datasetHref } from '@/lib/address';
import { recall, remember } from '@/lib/storage';
import { formatCount, formatShort } from '@/lib/format';

interface SourceTreeProps {
  current: DatasetRef | undefined;
  onPick?: () => void;
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** Every source with its datasets, to walk from one to the next. */
export function SourceTree({ current, onPick }: SourceTreeProps) {
  const sources = useQuery(sourcesQuery);
  const [text, setText] = useState('');
  const [closed, setClosed] = useState(() => recall('closed-sources', [], isNames));
  const toggle = (name: string) => {
    const next = closed.includes(name) ? closed.filter((each) => each !== name) : [...closed, name];
    setClosed(next);
    remember('closed-sources', next);
  };

  return (
    <>
      <div className="relative px-3 pb-2">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-2 left-5.5 size-4 text-ink-faint pointer-coarse:top-2.5"
        />
        <input
          type="text"
          role="searchbox"
          aria-label="Search datasets"
          placeholder="Search datasets"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="field w-full pl-8"
        />
      </div>
      <nav aria-label="Datasets" className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        {sources.isPending && <TreeSkeleton />}
        {sources.isError && <ProblemNotice compact error={sources.error} />}
        {sources.data?.map((source) => (
          <SourceGroup
            key={source.name}
            source={source}
            text={text.trim().toLowerCase()}
            open={text !== '' || !closed.includes(source.name)}
            current={current}
            onToggle={() => toggle(source.name)}
            {...(onPick && { onPick })}
          />
        ))}
      </nav>
    </>
  );
}

interface SourceGroupProps {
  source: Source;
  text: string;
  open: boolean;
  current: DatasetRef | undefined;
  onToggle: () => void;
  onPick?: () => void;
}

function SourceGroup({ source, text, open, current, onToggle, onPick }: SourceGroupProps) {
  const found = source.datasets.filter((dataset) =>
    `${dataset.label} ${dataset.name}`.toLowerCase().includes(text),
  );
  return (
    <section className="mb-2">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          onClick={onToggle}
          className="flex h-8 w-full items-center gap-1.5 rounded-md px-1.5 text-left text-xs font-semibold text-ink-soft hover:bg-hover pointer-coarse:h-10"
        >
          <ChevronRight
            aria-hidden
            className={clsx('size-3.5 shrink-0 transition-transform', open && 'rotate-90')}
          />
          <span className="truncate">{source.label}</span>
          {source.problem && (
            <CircleAlert
              role="img"
              aria-label="Can’t be reached"
              className="ml-auto size-3.5 shrink-0 text-danger"
            />
          )}
        </button>
      </h2>
      {open && source.problem && (
        <div className="mx-1 mt-1">
          <ProblemLine problem={source.problem} />
        </div>
      )}
      {open && (
        <ul>
          {found.map((dataset) => {
            const here = current?.source === source.name && current.dataset === dataset.name;
            const Icon = dataset.kind === 'view' ? Eye : Table2;
            return (
              <li key={dataset.name}>
                <AppLink
                  href={datasetHref({ source: source.name, dataset: dataset.name })}
                  {...(here && { 'aria-current': 'page' })}
                  {...(onPick && { onClick: onPick })}
                  className={clsx(
                    'flex h-8 items-center gap-2 rounded-md pr-2 pl-2.5 text-[13px] pointer-coarse:h-10',
                    here ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink hover:bg-hover',
                  )}
                >
                  <Icon
                    aria-hidden
                    className={clsx('size-3.5 shrink-0', here ? 'text-accent-text' : 'text-ink-faint')}
                  />
                  <span className="min-w-0 flex-1 truncate" title={dataset.label}>
                    {dataset.label}
                  </span>
                  {dataset.estimated_rows != null && (
                    <span
                      className={clsx('text-xs tabular-nums', here ? 'text-accent-text' : 'text-ink-faint')}
                      title={`about ${formatCount(dataset.estimated_rows)} rows`}
                    >
                      {formatShort(dataset.estimated_rows)}
                    </span>
                  )}
                </AppLink>
              </li>
            );
          })}
          {found.length === 0 && !source.problem && (
            <li className="px-2.5 py-1.5 text-[13px] text-ink-faint">
              {text === '' ? 'No tables.' : 'No matches.'}
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

function ProblemLine({ problem }: { problem: NonNullable<Source['problem']> }) {
  return (
    <div className="rounded-md bg-danger-soft px-2.5 py-2 text-xs">
      <p className="break-words text-danger">{problem.detail}</p>
      {problem.hint != null && <p className="mt-1 text-ink-soft">{problem.hint}</p>}
    </div>
  );
}

function TreeSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading datasets" role="status" className="grid gap-1 px-2 pt-1">
      {Array.from({ length: 10 }, (_, index) => (
        <div key={index} className="flex h-8 items-center">
          <div className="skeleton h-3" style={{ width: `${50 + ((index * 17) % 40)}%` }} />
        </div>
      ))}
    </div>
  );
}
