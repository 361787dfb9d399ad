import type { Dataset, DatasetRef } from '@/api/types';
import type { SelectionBody } from '@/lib/selection';
import { effectText } from '../model/change-labels';
import { ConfirmChange } from './confirm-change';
import { RelatedRowsList, MissingRows } from './consequences';

interface PurgeDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  /** Of the rows in the trash. */
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

/** The dialog that permanently deletes rows of the trash. */
export default function PurgeDialog({ datasetRef, dataset, selection, onDone, onClose }: PurgeDialogProps) {
  const named = 'keys' in selection ? selection.keys.length : Infinity;
  return (
    <ConfirmChange
      title={`Permanently delete rows from ${dataset.label}`}
      request={{ ref: datasetRef, action: 'purge', selection }}
      kind={{ action: 'purge' }}
      verb="Permanently delete"
      dataset={dataset}
      consequences={({ rows, missing, dependents }, changed) => (
        <>
          <p className="text-[15px] font-medium">
            {effectText(rows, changed, `the trash of ${dataset.label}`, 'permanently deleted')}
          </p>
          <MissingRows missing={missing} />
          {rows > named && (
            <p className="text-ink-soft">
              Rows that were deleted more than once are in the trash several times; every copy is deleted.
            </p>
          )}
          {changed > 0 && <p className="font-medium text-danger">This can’t be undone.</p>}
          <RelatedRowsList source={datasetRef.source} dependents={dependents} />
        </>
      )}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
