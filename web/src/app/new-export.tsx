import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useId, useState } from 'react';
import { datasetQuery, sourcesQuery } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, Select } from '@/components/field';
import { Overlay, part } from '@/components/part';
import { ProblemNotice } from '@/components/problem-notice';

const ExportDialog = part(() => import('@/features/export/export-dialog'));

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
  const id = useId();
  const sources = useQuery(sourcesQuery).data ?? [];
  const all = sources.flatMap((source) =>
    source.datasets.map((dataset) => ({
      ref: { source: source.name, dataset: dataset.name },
      label: sources.length > 1 ? `${source.label} · ${dataset.label}` : dataset.label,
    })),
  );
  const [place, setPlace] = useState(0);
  const { ref } = all[place] ?? {};
  const dataset = useQuery({
    ...datasetQuery(ref ?? { source: '', dataset: '' }),
    enabled: ref !== undefined,
  });
  const may = dataset.data?.permissions.includes('records.export') === true;
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (ref && dataset.data && may) onChosen({ ...dataset.data, ref });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="New export"
      description="All rows of a dataset. To export some of them, filter the dataset first and choose Export there."
      footer={
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={id} look="primary" disabled={!may}>
            Continue
          </Button>
        </div>
      }
    >
      <form id={id} onSubmit={onSubmit} className="grid gap-4">
        <Field label="Dataset" {...(dataset.data && !may && { hint: 'You may not export this one.' })}>
          <Select
            value={String(place)}
            options={all.map(({ label }, index) => ({ value: String(index), label }))}
            onChange={(value) => setPlace(Number(value))}
          />
        </Field>
        {dataset.isError && <ProblemNotice compact error={dataset.error} />}
      </form>
    </Dialog>
  );
}
