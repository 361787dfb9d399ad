import { lazy, Suspense } from 'react';
import type { Run } from '@/api/runs';
import { useShownResult } from '@/features/changes/results';
import { sayProblem } from '@/lib/toast';

const ResultDialog = lazy(() => import('@/features/changes/result-dialog'));

/** Whatever page one is on, a change that left rows as they were says which and why. */
export function ChangeResults() {
  const result = useShownResult();
  if (!result) return null;
  return (
    <Suspense>
      <ResultDialog key={result.outcome.change_set} result={result} />
    </Suspense>
  );
}

/** Tells of the end of a change in the background. */
export function tellChangeEnd(run: Run) {
  import('@/features/changes/settle').then(({ tellEnd }) => tellEnd(run)).catch(sayProblem);
}
