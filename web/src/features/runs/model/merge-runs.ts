import type { Run, RunFilters } from '@/api/runs';
import { kindOf } from '../kinds';

function fits(run: Run, { state, source, dataset }: RunFilters): boolean {
  return (
    kindOf(run).makesFile &&
    (state === undefined || run.state === state) &&
    (source === undefined || run.source === source) &&
    (dataset === undefined || run.dataset === dataset)
  );
}

/**
 * What the history shows: the pages that were fetched, corrected by what has become known since. A run that is not in
 * them is shown if it is new or has come to fit the filter, but never one from further back than the pages reach.
 */
export function mergeRuns(
  pages: readonly (readonly Run[])[],
  known: readonly Run[],
  filters: RunFilters,
  complete: boolean,
): Run[] {
  const merged = new Map(pages.flat().map((run) => [run.id, run]));
  const oldest = pages.flat().at(-1)?.id;
  for (const run of known) {
    const listed = merged.get(run.id);
    if (listed ? run.version > listed.version : complete || (oldest !== undefined && run.id > oldest))
      merged.set(run.id, run);
  }
  return [...merged.values()]
    .filter((run) => !run.deleted && fits(run, filters))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}
