import type { RunOf } from '@/api/runs';
import { Overlay, lazyComponent } from '@/components/lazy';
import { showResult, useShownResult } from '@/features/changes/model/shown-result';
import { showChunkError, showProblem } from '@/lib/toast';

const ResultDialog = lazyComponent(() => import('@/features/changes/dialogs/result-dialog'));

/** The rows that a change skipped, with their reasons, over any page. */
export function ChangeResults() {
  const result = useShownResult();
  if (!result) return null;
  return (
    <Overlay onFail={() => showResult(undefined)}>
      <ResultDialog key={result.outcome.change_set} result={result} />
    </Overlay>
  );
}

/** Reports the end of a background change. */
export function reportChangeEnd(run: RunOf<'change'>) {
  import('@/features/changes/model/report-outcome')
    .then(({ reportRunEnd }) => reportRunEnd(run), showChunkError)
    .catch(showProblem);
}
