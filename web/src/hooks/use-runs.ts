import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { runStore } from '@/api/run-store';
import type { Run } from '@/api/runs';
import { useCurrentUser } from './use-current-user';

/** The runs of all users that the page knows, the latest first, deleted ones included. */
export function useEverybodysRuns(): readonly Run[] {
  return useSyncExternalStore(runStore.subscribe, () => runStore.latest);
}

/** The runs of the current user among them. */
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
