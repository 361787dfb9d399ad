import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { datasetId } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import { Button } from '@/components/button';
import { useDebounced } from '@/hooks/use-debounced';
import type { SelectionBody } from '@/lib/selection';
import { plural } from '@/lib/words';
import { ConfirmChange } from './confirm-change';
import { FieldRow } from './field-row';
import { type FieldDraft, newDraft, readableColumns, toField, writableColumns } from './fields';

interface FieldsDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

/** Sets fields of the selected rows. */
export default function FieldsDialog({ datasetRef, dataset, selection, onDone, onClose }: FieldsDialogProps) {
  const writable = useMemo(() => writableColumns(dataset), [dataset]);
  const [drafts, setDrafts] = useState<FieldDraft[]>(() => writable.slice(0, 1).map(newDraft));
  const settled = useDebounced(drafts, 300);
  const fields = useMemo(() => {
    const made = settled.map((draft) => {
      const column = writable.find(({ name }) => name === draft.column);
      return column && toField(draft, column);
    });
    return made.flatMap((field) => field ?? []).length === made.length
      ? made.flatMap((field) => field ?? [])
      : [];
  }, [settled, writable]);
  const used = drafts.map(({ column }) => column);
  const [next] = writable.filter(({ name }) => !used.includes(name));
  const put = (index: number, draft: FieldDraft | undefined) =>
    setDrafts(drafts.flatMap((each, at) => (at === index ? (draft ?? []) : each)));
  const refersTo = (name: string) => {
    const key = dataset.foreign_keys.find(({ columns }) => columns.length === 1 && columns[0] === name);
    return key && datasetId(key.references);
  };

  return (
    <ConfirmChange
      title={`Set fields of ${dataset.label}`}
      size="wide"
      wish={fields.length > 0 ? { ref: datasetRef, action: 'set', selection, fields } : undefined}
      waiting={settled !== drafts}
      deed={{ kind: 'set', fields }}
      verb="Change"
      consequences={({ rows, missing }) => (
        <>
          <p className="text-[15px] font-medium">
            {plural(rows, 'row')} of {dataset.label} will be changed.
          </p>
          <p className="text-ink-soft">
            {missing > 0 && `${plural(missing, 'selected row')} not there any more. `}
            What they hold now is kept, so that it can be undone.
          </p>
        </>
      )}
      onDone={onDone}
      onClose={onClose}
    >
      {writable.length === 0 ? (
        <p className="text-[13px] text-ink-soft">There is no field of these rows that you may set.</p>
      ) : (
        <div className="grid gap-3">
          {drafts.map((draft, index) => {
            const column = writable.find(({ name }) => name === draft.column);
            if (!column) return null;
            return (
              <FieldRow
                key={draft.column}
                draft={draft}
                column={column}
                columns={writable.filter(({ name }) => name === column.name || !used.includes(name))}
                others={readableColumns(dataset, column.name)}
                refersTo={refersTo(column.name)}
                onChange={(changed) => put(index, changed)}
                onColumn={(chosen) => put(index, newDraft(chosen))}
                onRemove={drafts.length > 1 ? () => put(index, undefined) : undefined}
              />
            );
          })}
          {next && (
            <div>
              <Button small onClick={() => setDrafts([...drafts, newDraft(next)])}>
                <Plus aria-hidden />
                Another field
              </Button>
            </div>
          )}
        </div>
      )}
    </ConfirmChange>
  );
}
