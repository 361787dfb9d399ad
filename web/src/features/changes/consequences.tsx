import clsx from 'clsx';
import { useQuery } from '@tanstack/react-query';
import { sourcesQuery } from '@/api/queries';
import { plural } from '@/lib/words';
import type { Dependants } from './changes';

/** How many of the rows that were selected are gone by now. */
export function MissingRows({ missing }: { missing: number }) {
  if (missing === 0) return null;
  return (
    <p className="text-ink-soft">
      {plural(missing, 'selected row')} {missing === 1 ? 'is' : 'are'} not there any more.
    </p>
  );
}

const ON_DELETE: Record<Dependants['on_delete'], string> = {
  refuse: 'A row that is referred to from there is not deleted; it is listed afterwards.',
  cascade: 'The database deletes the rows that refer to them, too.',
  set_null: 'The database empties the reference in the rows that refer to them.',
  set_default: 'The database sets the reference to its default in the rows that refer to them.',
};

/** What becomes of the rows of other datasets that refer to these. */
export function DependantsList({ source, dependants }: { source: string; dependants: Dependants[] }) {
  const datasets = useQuery(sourcesQuery).data?.find(({ name }) => name === source)?.datasets;
  if (dependants.length === 0) return null;
  return (
    <div className="rounded-lg border border-line px-3 py-2">
      <h3 className="text-xs font-medium text-ink-soft">Datasets that refer to these rows</h3>
      <ul className="mt-1 grid gap-1.5">
        {dependants.map(({ dataset, columns, on_delete }) => (
          <li key={`${dataset}/${columns.join(',')}`}>
            <span className="font-medium">
              {datasets?.find(({ name }) => name === dataset)?.label ?? dataset}
            </span>{' '}
            <span className="font-mono text-xs text-ink-soft">{columns.join(', ')}</span>
            <span className={clsx('block', on_delete === 'cascade' ? 'text-danger' : 'text-ink-soft')}>
              {ON_DELETE[on_delete]}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
