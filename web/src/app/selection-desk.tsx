import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { isChange, isUnderWay } from '@/api/runs';
import type { Dataset, DatasetRef, View } from '@/api/types';
import { Button } from '@/components/button';
import { JournalNotice } from '@/features/changes/journal-notice';
import { journalQuery } from '@/features/changes/journal';
import type { Selection } from '@/features/grid/selection';
import { SelectionBar } from '@/features/grid/selection-bar';
import { cancel } from '@/features/runs/actions';
import { RunProgressLine } from '@/features/runs/run-parts';
import { useNow, useRuns } from '@/hooks/use-runs';
import { selectionBody } from '@/lib/selection';

const DeleteDialog = lazy(() => import('@/features/changes/delete-dialog'));
const FieldsDialog = lazy(() => import('@/features/changes/fields-dialog'));

interface SelectionDeskProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: Selection;
  view: View;
  matching: { count: number; exact: boolean };
  onExport: (() => void) | undefined;
}

/** What can be done with the selected rows of a dataset. */
export function SelectionDesk(props: SelectionDeskProps) {
  const { datasetRef, dataset, selection, view, matching, onExport } = props;
  const [doing, setDoing] = useState<'delete' | 'set'>();
  const mayDelete = dataset.permissions.includes('records.delete');
  const maySet = dataset.permissions.includes('records.update');
  const changeable = dataset.kind === 'table' && dataset.key.length > 0 && (mayDelete || maySet);
  const journal = useQuery({ ...journalQuery(datasetRef.source), enabled: changeable && selection.any }).data;
  const open = changeable && journal?.ready !== false;
  const dialog = {
    datasetRef,
    dataset,
    selection: selectionBody(selection.chosen, view),
    onDone: () => {
      setDoing(undefined);
      selection.clear();
    },
    onClose: () => setDoing(undefined),
  };
  return (
    <>
      <ChangesUnderWay datasetRef={datasetRef} />
      <SelectionBar
        selection={selection}
        matching={matching}
        narrowed={view.filter !== undefined || view.search !== undefined}
        onExport={onExport}
        onSet={open && maySet ? () => setDoing('set') : undefined}
        onDelete={open && mayDelete ? () => setDoing('delete') : undefined}
        pending={journal === undefined}
        notice={
          changeable &&
          journal?.ready === false && <JournalNotice source={datasetRef.source} journal={journal} />
        }
      />
      <Suspense>
        {doing === 'delete' && <DeleteDialog {...dialog} />}
        {doing === 'set' && <FieldsDialog {...dialog} />}
      </Suspense>
    </>
  );
}

/** How far one's changes of this dataset in the background are. */
function ChangesUnderWay({ datasetRef: { source, dataset } }: { datasetRef: DatasetRef }) {
  const runs = useRuns().filter(
    (run) => isChange(run) && isUnderWay(run) && run.source === source && run.dataset === dataset,
  );
  const now = useNow(runs.length > 0);
  return runs.map((run) => (
    <div
      key={run.id}
      role="region"
      aria-label="Change under way"
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
