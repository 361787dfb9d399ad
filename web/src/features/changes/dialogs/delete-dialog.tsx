import clsx from 'clsx';
import { useState } from 'react';
import type { Dataset, DatasetRef } from '@/api/types';
import { CheckField } from '@/components/checkbox';
import type { SelectionBody } from '@/lib/selection';
import { effectText } from '../model/change-labels';
import { ConfirmChange } from './confirm-change';
import { RelatedRowsList, MissingRows } from './consequences';
import { canCascade } from '../model/cascade';

interface DeleteDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

export default function DeleteDialog({ datasetRef, dataset, selection, onDone, onClose }: DeleteDialogProps) {
  const [cascade, setCascade] = useState(false);
  return (
    <ConfirmChange
      title={`Delete rows from ${dataset.label}`}
      request={{ ref: datasetRef, action: 'delete', selection, cascade }}
      kind={{ action: 'delete' }}
      verb="Delete"
      dataset={dataset}
      consequences={({ rows, missing, undoable, dependents }, changed) => (
        <>
          <p className="text-[15px] font-medium">{effectText(rows, changed, dataset.label, 'deleted')}</p>
          <MissingRows missing={missing} />
          {changed > 0 && (
            <p className={clsx(undoable ? 'text-ink-soft' : 'font-medium text-danger')}>
              {undoable
                ? 'They will be moved to the trash, where you can restore them.'
                : 'They can’t be restored: this can’t be undone.'}
            </p>
          )}
          <RelatedRowsList source={datasetRef.source} dependents={dependents} cascade={cascade} />
          {dependents.some(canCascade) && (
            <CheckField
              checked={cascade}
              onChange={setCascade}
              label="Also delete related rows"
              hint="Rows that are deleted with these or lose their reference. Undo restores everything."
            />
          )}
        </>
      )}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
