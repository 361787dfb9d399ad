import type { Run } from '@/api/runs';
import { Overlay, part } from '@/components/lazy';
import { showResult, useShownResult } from '@/features/changes/model/shown-result';
import { sayPartMissing, sayProblem } from '@/lib/toast';

const ResultDialog = part(() => import('@/features/changes/dialogs/result-dialog'));

/** Whatever page one is on, a change that left rows as they were says which and why. */
export function ChangeResults() {
  const result = useShownResult();
  if (!result) return null;
  return (
    <Overlay onFail={() => showResult(undefined)}>
      <ResultDialog key={result.outcome.change_set} result={result} />
    </Overlay>
  );
}

/** Tells of the end of a change in the background. */
export function tellChangeEnd(run: Run) {
  import('@/features/changes/model/report-outcome')
    .then(({ tellEnd }) => tellEnd(run), sayPartMissing)
    .catch(sayProblem);
}
