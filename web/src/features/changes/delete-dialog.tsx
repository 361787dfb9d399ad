import clsx from 'clsx';
import type { Dataset, DatasetRef } from '@/api/types';
import type { SelectionBody } from '@/lib/selection';
import { plural } from '@/lib/words';
import { ConfirmChange } from './confirm-change';
import { DependantsList, MissingRows } from './consequences';

interface DeleteDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

export default function DeleteDialog({ datasetRef, dataset, selection, onDone, onClose }: DeleteDialogProps) {
  return (
    <ConfirmChange
      title={`Delete rows of ${dataset.label}`}
      wish={{ ref: datasetRef, action: 'delete', selection }}
      deed={{ kind: 'delete' }}
      verb="Delete"
      consequences={({ rows, missing, undoable, dependants }) => (
        <>
          <p className="text-[15px] font-medium">
            {plural(rows, 'row')} of {dataset.label} will be deleted.
          </p>
          <MissingRows missing={missing} />
          <p className={clsx(undoable ? 'text-ink-soft' : 'font-medium text-danger')}>
            {undoable
              ? 'They go to the trash, and can be restored from there.'
              : 'They cannot be brought back: this cannot be undone.'}
          </p>
          <DependantsList source={datasetRef.source} dependants={dependants} />
        </>
      )}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
