import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { runStore } from '@/api/run-store';
import type { Run } from '@/api/runs';
import { useCurrentUser } from './use-current-user';

/** The runs that the page knows, the latest first, with those that were deleted: whoever asked for them. */
export function useEverybodysRuns(): readonly Run[] {
  return useSyncExternalStore(runStore.subscribe, () => runStore.latest);
}

/** One's own of them. */
export function useRuns(): readonly Run[] {
  const { principal } = useCurrentUser();
  const runs = useEverybodysRuns();
  return useMemo(() => runs.filter((run) => run.principal === principal), [runs, principal]);
}

/** The time of day, read again every second while something moves and every minute otherwise. */
export function useNow(moving: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), moving ? 1000 : 60_000);
    return () => clearInterval(timer);
  }, [moving]);
  return now;
}
