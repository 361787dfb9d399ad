import { useEffect, useState, useSyncExternalStore } from 'react';
import { runBook } from '@/api/run-book';
import type { Run } from '@/api/runs';

/** The runs that the page knows, the latest first, with those that were deleted. */
export function useRuns(): readonly Run[] {
  return useSyncExternalStore(runBook.subscribe, () => runBook.latest);
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
