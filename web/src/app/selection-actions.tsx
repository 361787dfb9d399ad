import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Dataset, DatasetRef, View } from '@/api/types';
import { Overlay, lazyComponent } from '@/components/lazy';
import { references } from '@/features/changes/model/fields';
import { JournalNotice } from '@/features/changes/pages/journal-notice';
import { journalQuery } from '@/features/changes/api/journal';
import { SelectionBar } from '@/features/grid/selection-bar';
import type { Selection } from '@/hooks/use-selection';
import { selectionBody } from '@/lib/selection';
import { RunningChanges } from './running-changes';

const DeleteDialog = lazyComponent(() => import('@/features/changes/dialogs/delete-dialog'));
const FieldsDialog = lazyComponent(() => import('@/features/changes/dialogs/fields-dialog'));
const ReassignDialog = lazyComponent(() => import('@/features/changes/dialogs/reassign-dialog'));

interface SelectionActionsProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: Selection;
  view: View;
  matching: { count: number; exact: boolean };
  onExport: (() => void) | undefined;
}

/** What can be done with the selected rows of a dataset. */
export function SelectionActions(props: SelectionActionsProps) {
  const { datasetRef, dataset, selection, view, matching, onExport } = props;
  const [doing, setDoing] = useState<'delete' | 'set' | 'reassign'>();
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
      <RunningChanges datasetRef={datasetRef} />
      <SelectionBar
        selection={selection}
        matching={matching}
        narrowed={view.filter !== undefined || view.search !== undefined}
        onExport={onExport}
        onSet={open && maySet ? () => setDoing('set') : undefined}
        onReassign={open && maySet && references(dataset).length > 0 ? () => setDoing('reassign') : undefined}
        onDelete={open && mayDelete ? () => setDoing('delete') : undefined}
        pending={journal === undefined}
        notice={
          changeable &&
          journal?.ready === false && <JournalNotice source={datasetRef.source} journal={journal} />
        }
      />
      <Overlay onFail={() => setDoing(undefined)}>
        {doing === 'delete' && <DeleteDialog {...dialog} />}
        {doing === 'set' && <FieldsDialog {...dialog} />}
        {doing === 'reassign' && <ReassignDialog {...dialog} />}
      </Overlay>
    </>
  );
}
