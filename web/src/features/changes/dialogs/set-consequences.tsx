import type { Dataset } from '@/api/types';
import { effectText } from '../model/change-labels';
import type { Preview } from '../api/types';
import { MissingRows } from './consequences';

interface SetConsequencesProps {
  dataset: Dataset;
  preview: Preview;
  /** How many rows will be changed. */
  changed: number;
}

/** What it means to set fields of these rows. */
export function SetConsequences({ dataset, preview: { rows, missing }, changed }: SetConsequencesProps) {
  return (
    <>
      <p className="text-[15px] font-medium">{effectText(rows, changed, dataset.label, 'changed')}</p>
      <MissingRows missing={missing} />
      {changed > 0 && <p className="text-ink-soft">Current values are saved so you can undo this.</p>}
    </>
  );
}
