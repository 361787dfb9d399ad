import clsx from 'clsx';
import { useState } from 'react';
import type { Dataset, DatasetRef } from '@/api/types';
import { CheckField } from '@/components/checkbox';
import type { SelectionBody } from '@/lib/selection';
import { willWords } from '../model/change-labels';
import { ConfirmChange } from './confirm-change';
import { DependantsList, MissingRows } from './consequences';
import { goesAlong } from '../model/cascade';

interface DeleteDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

export default function DeleteDialog({ datasetRef, dataset, selection, onDone, onClose }: DeleteDialogProps) {
  const [withDependants, setWithDependants] = useState(false);
  return (
    <ConfirmChange
      title={`Delete rows of ${dataset.label}`}
      wish={{ ref: datasetRef, action: 'delete', selection, withDependants }}
      deed={{ kind: 'delete' }}
      verb="Delete"
      referring={dataset.referring}
      consequences={({ rows, missing, undoable, dependants }, changed) => (
        <>
          <p className="text-[15px] font-medium">{willWords(rows, changed, dataset.label, 'deleted')}</p>
          <MissingRows missing={missing} />
          {changed > 0 && (
            <p className={clsx(undoable ? 'text-ink-soft' : 'font-medium text-danger')}>
              {undoable
                ? 'They go to the trash, and can be restored from there.'
                : 'They cannot be brought back: this cannot be undone.'}
            </p>
          )}
          <DependantsList source={datasetRef.source} dependants={dependants} along={withDependants} />
          {dependants.some(goesAlong) && (
            <CheckField
              checked={withDependants}
              onChange={setWithDependants}
              label="Delete what hangs on them, too"
              hint="Rows that would be lost with these, or lose their reference. All of it can be brought back together."
            />
          )}
        </>
      )}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
