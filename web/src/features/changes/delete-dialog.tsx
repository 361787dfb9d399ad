import clsx from 'clsx';
import { useQuery } from '@tanstack/react-query';
import { sourcesQuery } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import type { SelectionBody } from '@/lib/selection';
import { plural } from '@/lib/words';
import type { Dependants, Preview } from './changes';
import { ConfirmChange } from './confirm-change';

interface DeleteDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

export default function DeleteDialog({ datasetRef, dataset, selection, onDone, onClose }: DeleteDialogProps) {
  const source = useQuery(sourcesQuery).data?.find(({ name }) => name === datasetRef.source);
  const labelOf = (name: string) => source?.datasets.find((each) => each.name === name)?.label ?? name;
  return (
    <ConfirmChange
      title={`Delete rows of ${dataset.label}`}
      wish={{ ref: datasetRef, selection }}
      deed={{ kind: 'delete' }}
      verb="Delete"
      consequences={(preview) => <Consequences preview={preview} label={dataset.label} labelOf={labelOf} />}
      onDone={onDone}
      onClose={onClose}
    />
  );
}

interface ConsequencesProps {
  preview: Preview;
  label: string;
  labelOf: (dataset: string) => string;
}

function Consequences({ preview, label, labelOf }: ConsequencesProps) {
  const { rows, missing, undoable, dependants } = preview;
  return (
    <>
      <p className="text-[15px] font-medium">
        {plural(rows, 'row')} of {label} will be deleted.
      </p>
      {missing > 0 && (
        <p className="text-ink-soft">
          {plural(missing, 'selected row')} {missing === 1 ? 'is' : 'are'} not there any more.
        </p>
      )}
      <p className={clsx(undoable ? 'text-ink-soft' : 'font-medium text-danger')}>
        {undoable
          ? 'They go to the trash, and can be restored from there.'
          : 'They cannot be brought back: this cannot be undone.'}
      </p>
      {dependants.length > 0 && (
        <div className="rounded-lg border border-line px-3 py-2">
          <h3 className="text-xs font-medium text-ink-soft">Datasets that refer to these rows</h3>
          <ul className="mt-1 grid gap-1.5">
            {dependants.map((each) => (
              <li key={`${each.dataset}/${each.columns.join(',')}`}>
                <span className="font-medium">{labelOf(each.dataset)}</span>{' '}
                <span className="font-mono text-xs text-ink-soft">{each.columns.join(', ')}</span>
                <span
                  className={clsx('block', each.on_delete === 'cascade' ? 'text-danger' : 'text-ink-soft')}
                >
                  {ON_DELETE[each.on_delete]}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

const ON_DELETE: Record<Dependants['on_delete'], string> = {
  refuse: 'A row that is referred to from there is not deleted; it is listed afterwards.',
  cascade: 'The database deletes the rows that refer to them, too.',
  set_null: 'The database empties the reference in the rows that refer to them.',
  set_default: 'The database sets the reference to its default in the rows that refer to them.',
};
