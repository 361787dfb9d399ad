import { isUnderWay } from '@/api/runs';
import type { DatasetRef } from '@/api/types';
import { Button } from '@/components/button';
import { cancel } from '@/features/runs/model/actions';
import { RunProgressLine } from '@/features/runs/pages/run-parts';
import { useNow, useRuns } from '@/hooks/use-runs';

/** The progress of the user's background changes of this dataset. */
export function RunningChanges({ datasetRef: { source, dataset } }: { datasetRef: DatasetRef }) {
  const runs = useRuns().filter(
    (run) => run.kind === 'change' && isUnderWay(run) && run.source === source && run.dataset === dataset,
  );
  const now = useNow(runs.length > 0);
  return runs.map((run) => (
    <div
      key={run.id}
      role="region"
      aria-label="Change in progress"
      className="action-bar flex shrink-0 items-center gap-4 border-t border-line bg-raised px-4 py-2 max-md:px-3"
    >
      <div className="min-w-0 flex-1">
        <RunProgressLine run={run} now={now} />
      </div>
      <Button small disabled={run.state === 'cancelling'} onClick={() => void cancel(run)}>
        Cancel
      </Button>
    </div>
  ));
}
