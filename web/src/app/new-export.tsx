import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { datasetQuery } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import { FormDialog } from '@/components/form-dialog';
import { Field, Select } from '@/components/field';
import { Overlay, lazyComponent } from '@/components/lazy';
import { useDatasetOptions } from '@/hooks/use-dataset-options';

const ExportDialog = lazyComponent(() => import('@/features/export/export-dialog'));

/** Asks for a dataset, and then for everything else about an export of it. */
export function NewExport({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<Dataset & { ref: DatasetRef }>();
  if (!chosen) return <ChooseDataset onChosen={setChosen} onClose={onClose} />;
  const { ref, columns } = chosen;
  const labels = new Map(columns.map(({ name, label }) => [name, label]));
  return (
    <Overlay onFail={onClose}>
      <ExportDialog
        datasetRef={ref}
        dataset={chosen}
        view={{}}
        columns={columns.map(({ name }) => name)}
        labelOf={(name) => labels.get(name) ?? name}
        keys={[]}
        startScope="everything"
        onClose={onClose}
      />
    </Overlay>
  );
}

interface ChooseDatasetProps {
  onChosen: (dataset: Dataset & { ref: DatasetRef }) => void;
  onClose: () => void;
}

function ChooseDataset({ onChosen, onClose }: ChooseDatasetProps) {
  const all = useDatasetOptions();
  const [index, setIndex] = useState(0);
  const { ref } = all[index] ?? {};
  const dataset = useQuery({
    ...datasetQuery(ref ?? { source: '', dataset: '' }),
    enabled: ref !== undefined,
  });
  const may = dataset.data?.permissions.includes('records.export') === true;
  const onSubmit = () => {
    if (ref && dataset.data && may) onChosen({ ...dataset.data, ref });
  };
  return (
    <FormDialog
      title="New export"
      description="Exports all rows of a dataset. To export only some, open the dataset, filter it and choose Export."
      dismissible
      action="Continue"
      disabled={!may}
      {...(dataset.isError && { error: dataset.error })}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <Field
        label="Dataset"
        {...(dataset.data && !may && { hint: 'You don’t have permission to export this dataset.' })}
      >
        <Select
          value={String(index)}
          options={all.map(({ label }, at) => ({ value: String(at), label }))}
          onChange={(value) => setIndex(Number(value))}
        />
      </Field>
    </FormDialog>
  );
}
