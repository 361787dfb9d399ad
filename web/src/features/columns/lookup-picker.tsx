import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { datasetId, datasetQuery } from '@/api/queries';
import type { Dataset, ForeignKey } from '@/api/types';
import { Button } from '@/components/button';
import { ProblemNotice } from '@/components/problem-notice';

interface LookupPickerProps {
  source: string;
  dataset: Dataset;
  chosen: readonly string[];
  onAdd: (name: string) => void;
}

/** Columns of the rows that foreign keys lead to. */
export function LookupPicker({ source, dataset, chosen, onAdd }: LookupPickerProps) {
  const simple = dataset.foreign_keys.filter((key) => key.columns.length === 1);
  if (simple.length === 0) return null;
  return (
    <>
      <p className="px-1 pt-3 pb-1 text-xs font-medium text-ink-soft">Related columns</p>
      {simple.map((key) => (
        <Lookup key={key.columns.join()} source={source} foreignKey={key} chosen={chosen} onAdd={onAdd} />
      ))}
    </>
  );
}

interface LookupProps {
  source: string;
  foreignKey: ForeignKey;
  chosen: readonly string[];
  onAdd: (name: string) => void;
}

function Lookup({ source, foreignKey, chosen, onAdd }: LookupProps) {
  const [open, setOpen] = useState(false);
  const target = datasetId(foreignKey.references);
  const parent = useQuery({ ...datasetQuery({ source, dataset: target }), enabled: open });
  const [column = ''] = foreignKey.columns;
  return (
    <div>
      <Button
        small
        look="ghost"
        aria-expanded={open}
        className="w-full justify-start"
        onClick={() => setOpen(!open)}
      >
        <ChevronRight aria-hidden className={open ? 'rotate-90' : ''} />
        {column}
        <span className="text-ink-faint">→ {target}</span>
      </Button>
      {open && parent.isError && <ProblemNotice compact error={parent.error} />}
      {open && (
        <ul aria-label={`Columns of ${target}`} className="pl-6">
          {parent.data?.columns
            .filter((each) => !foreignKey.referenced_columns.includes(each.name))
            .map((each) => {
              const name = `${column}.${each.name}`;
              return (
                <li key={name}>
                  <label className="flex h-8 items-center gap-2 text-[13px] pointer-coarse:h-10">
                    <input
                      type="checkbox"
                      className="size-4 accent-accent"
                      checked={chosen.includes(name)}
                      disabled={chosen.includes(name)}
                      onChange={() => onAdd(name)}
                    />
                    {each.label}
                  </label>
                </li>
              );
            })}
        </ul>
      )}
    </div>
  );
}
