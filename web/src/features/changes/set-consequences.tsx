import type { Dataset } from '@/api/types';
import { plural } from '@/lib/words';
import type { Preview } from './changes';
import { MissingRows } from './consequences';

interface SetConsequencesProps {
  dataset: Dataset;
  preview: Preview;
}

/** What it means to set fields of these rows. */
export function SetConsequences({ dataset, preview: { rows, missing } }: SetConsequencesProps) {
  return (
    <>
      <p className="text-[15px] font-medium">
        {plural(rows, 'row')} of {dataset.label} will be changed.
      </p>
      <MissingRows missing={missing} />
      <p className="text-ink-soft">What they hold now is kept, so that it can be undone.</p>
    </>
  );
}
