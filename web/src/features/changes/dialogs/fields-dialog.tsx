import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Dataset, DatasetRef } from '@/api/types';
import { Button } from '@/components/button';
import { useDebounced } from '@/hooks/use-debounced';
import type { SelectionBody } from '@/lib/selection';
import { ConfirmChange } from './confirm-change';
import { FieldRow } from './field-row';
import { type FieldDraft, newDraft, settables, toFields } from '../model/fields';
import { SetConsequences } from './set-consequences';

interface FieldsDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

/** Sets fields of the selected rows. */
export default function FieldsDialog({ datasetRef, dataset, selection, onDone, onClose }: FieldsDialogProps) {
  const all = useMemo(() => settables(dataset), [dataset]);
  const [drafts, setDrafts] = useState<FieldDraft[]>(() => [newDraft()]);
  const settled = useDebounced(drafts, 300);
  const fields = useMemo(() => {
    const made = settled.map((draft) => {
      const settable = all.find(({ id }) => id === draft.settable);
      return settable && toFields(draft, settable);
    });
    return made.includes(undefined) ? [] : made.flatMap((each) => each ?? []);
  }, [settled, all]);
  /** What can still be chosen: no column is set twice. */
  const free = (but?: FieldDraft) => {
    const used = drafts
      .filter((draft) => draft !== but)
      .flatMap((draft) => all.find(({ id }) => id === draft.settable)?.columns ?? []);
    return all.filter(({ columns }) => !columns.some((column) => used.includes(column)));
  };
  const put = (index: number, draft: FieldDraft | undefined) =>
    setDrafts(drafts.flatMap((each, at) => (at === index ? (draft ?? []) : each)));

  return (
    <ConfirmChange
      title={`Set fields in ${dataset.label}`}
      size="wide"
      request={fields.length > 0 ? { ref: datasetRef, action: 'set', selection, fields } : undefined}
      waiting={settled !== drafts}
      kind={{ action: 'set', fields }}
      verb="Change"
      dataset={dataset}
      consequences={(preview, changed) => <SetConsequences {...{ dataset, preview, changed }} />}
      onDone={onDone}
      onClose={onClose}
    >
      {all.length === 0 ? (
        <p className="text-[13px] text-ink-soft">None of the fields can be changed.</p>
      ) : (
        <div className="grid gap-3">
          {drafts.map((draft, index) => (
            <FieldRow
              // They stay in their order, and their fields change.
              key={index}
              source={datasetRef.source}
              dataset={dataset}
              draft={draft}
              settable={all.find(({ id }) => id === draft.settable)}
              choices={free(draft)}
              onChange={(changed) => put(index, changed)}
              onChoose={(chosen) => put(index, newDraft(chosen))}
              onRemove={drafts.length > 1 ? () => put(index, undefined) : undefined}
            />
          ))}
          {free().length > 0 && drafts.every(({ settable }) => settable !== '') && (
            <div>
              <Button small onClick={() => setDrafts([...drafts, newDraft()])}>
                <Plus aria-hidden />
                Add field
              </Button>
            </div>
          )}
        </div>
      )}
    </ConfirmChange>
  );
}
