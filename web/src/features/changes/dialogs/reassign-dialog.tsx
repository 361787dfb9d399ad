import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { datasetId, sourcesQuery } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import { Field, Select } from '@/components/field';
import type { SelectionBody } from '@/lib/selection';
import { ConfirmChange } from './confirm-change';
import { isNullable, references, referTo } from '../model/fields';
import { ParentPicker } from './parent-picker';
import type { Parent } from '../model/parents';
import { SetConsequences } from './set-consequences';

interface ReassignDialogProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  selection: SelectionBody;
  onDone: () => void;
  onClose: () => void;
}

/** Makes the selected rows refer to another row. */
export default function ReassignDialog(props: ReassignDialogProps) {
  const { datasetRef, dataset, selection, onDone, onClose } = props;
  const { source } = datasetRef;
  const all = references(dataset);
  const [chosen, setChosen] = useState<{ id: string; parent: Parent | undefined }>();
  const siblings = useQuery(sourcesQuery).data?.find(({ name }) => name === source)?.datasets;
  const current = all.find(({ id }) => id === chosen?.id) ?? all[0];
  if (!current) return null;
  const { id, columns, reference } = current;
  const parent = chosen?.parent;
  const fields = parent && referTo(columns, parent);
  const labelOf = (each: typeof current) => {
    const target = datasetId(each.reference.references);
    return `${siblings?.find(({ name }) => name === target)?.label ?? target} (${each.label})`;
  };

  return (
    <ConfirmChange
      title={`Reassign rows in ${dataset.label}`}
      size="wide"
      request={fields && { ref: datasetRef, action: 'set', selection, fields }}
      kind={{ action: 'set', ...(fields && { fields }) }}
      verb="Reassign"
      dataset={dataset}
      consequences={(preview, changed) => <SetConsequences {...{ dataset, preview, changed }} />}
      onDone={onDone}
      onClose={onClose}
    >
      <div className="flex gap-2 border-b border-line pb-3 max-sm:flex-col">
        <Field label="Change" className="sm:w-64">
          <Select
            value={id}
            options={all.map((each) => ({ value: each.id, label: labelOf(each) }))}
            onChange={(next) => setChosen({ id: next, parent: undefined })}
          />
        </Field>
        <ParentPicker
          key={id}
          source={source}
          dataset={dataset}
          reference={reference}
          nullable={isNullable(columns)}
          chosen={parent}
          onChange={(next) => setChosen({ id, parent: next })}
          instead={<p className="self-end text-[13px] text-ink-soft">You can’t view its rows.</p>}
        />
      </div>
    </ConfirmChange>
  );
}
