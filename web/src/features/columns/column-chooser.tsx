import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { ColumnList } from '@/components/column-list';
import { TextInput } from '@/components/field';
import { ProblemNotice } from '@/components/problem-notice';
import { presetsQuery } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import { showProblem } from '@/lib/toast';
import { LookupPicker } from './lookup-picker';
import { createPreset, deletePreset } from './presets';

interface ColumnChooserProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  chosen: readonly string[];
  labelOf: (name: string) => string;
  onChange: (names: string[]) => void;
  onReset: () => void;
}

export default function ColumnChooser(props: ColumnChooserProps) {
  const { datasetRef, dataset, chosen, labelOf, onChange, onReset } = props;
  return (
    <div className="flex min-h-0 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto p-2">
        <ColumnList
          chosen={chosen}
          available={[...dataset.columns, ...dataset.lookups].map((column) => column.name)}
          labelOf={labelOf}
          onChange={onChange}
        />
        <LookupPicker
          source={datasetRef.source}
          dataset={dataset}
          chosen={chosen}
          onAdd={(name) => onChange([...chosen, name])}
        />
      </div>
      <Presets
        datasetRef={datasetRef}
        dataset={dataset}
        chosen={chosen}
        onApply={onChange}
        onReset={onReset}
      />
    </div>
  );
}

/** There for every dataset, whatever is configured. */
const ALL = 'All columns';

interface PresetsProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  chosen: readonly string[];
  onApply: (names: string[]) => void;
  onReset: () => void;
}

function Presets({ datasetRef, dataset, chosen, onApply, onReset }: PresetsProps) {
  const presets = useQuery(presetsQuery(datasetRef));
  const client = useQueryClient();
  const [name, setName] = useState('');
  const refresh = () => client.invalidateQueries({ queryKey: presetsQuery(datasetRef).queryKey });
  const create = useMutation({
    mutationFn: () => createPreset(datasetRef, { name: name.trim(), columns: [...chosen] }),
    onSuccess: () => {
      setName('');
      return refresh();
    },
    onError: showProblem,
  });
  const remove = useMutation({
    mutationFn: (id: string) => deletePreset(datasetRef, id),
    onSuccess: refresh,
    onError: showProblem,
  });
  const known = new Set([...dataset.columns, ...dataset.lookups].map((column) => column.name));
  const all = { id: null, name: ALL, columns: dataset.columns.map((column) => column.name) };

  return (
    <div className="border-t border-line p-2">
      <div className="flex items-center justify-between pb-1 pl-1">
        <p className="text-xs font-medium text-ink-soft">Presets</p>
        <Button small look="ghost" onClick={onReset}>
          Reset
        </Button>
      </div>
      {presets.isError && <ProblemNotice compact error={presets.error} />}
      <ul className="flex flex-wrap gap-1.5">
        {[...(presets.data ?? []), ...(presets.data?.some((each) => each.name === ALL) ? [] : [all])].map(
          (preset) => (
            <li key={preset.id ?? preset.name} className="flex">
              <Button
                small
                aria-pressed={sameList(preset.columns, chosen)}
                className={
                  sameList(preset.columns, chosen) ? 'border-accent bg-accent-soft text-accent-text' : ''
                }
                onClick={() =>
                  onApply(preset.columns.filter((column) => known.has(column) || column.includes('.')))
                }
              >
                {preset.name}
              </Button>
              {preset.id != null && (
                <DeletePreset name={preset.name} id={preset.id} onDelete={(id) => remove.mutate(id)} />
              )}
            </li>
          ),
        )}
      </ul>
      <form
        className="mt-2 flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') create.mutate();
        }}
      >
        <TextInput
          aria-label="Name of a new preset"
          placeholder="Save these columns as…"
          className="flex-1"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={name.trim() === '' || create.isPending}>
          Save
        </Button>
      </form>
    </div>
  );
}

interface DeletePresetProps {
  id: string;
  name: string;
  onDelete: (id: string) => void;
}

function DeletePreset({ id, name, onDelete }: DeletePresetProps) {
  return (
    <Button small look="ghost" icon aria-label={`Delete the preset ${name}`} onClick={() => onDelete(id)}>
      <Trash2 aria-hidden />
    </Button>
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
