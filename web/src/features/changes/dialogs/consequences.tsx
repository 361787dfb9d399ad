import clsx from 'clsx';
import { useQuery } from '@tanstack/react-query';
import { sourcesQuery } from '@/api/queries';
import { plural } from '@/lib/format';
import type { Dependents } from '../api/types';
import { relatedRowsText } from '../model/cascade';

/** How many of the selected rows no longer exist. */
export function MissingRows({ missing }: { missing: number }) {
  if (missing === 0) return null;
  return (
    <p className="text-ink-soft">
      {plural(missing, 'selected row')} no longer {missing === 1 ? 'exists' : 'exist'}.
    </p>
  );
}

interface RelatedRowsListProps {
  source: string;
  dependents: Dependents[];
  /** Whether rows that depend on these are deleted with them. */
  cascade?: boolean;
}

/** What happens to the rows of other datasets that refer to these. */
export function RelatedRowsList({ source, dependents, cascade = false }: RelatedRowsListProps) {
  const datasets = useQuery(sourcesQuery).data?.find(({ name }) => name === source)?.datasets;
  if (dependents.length === 0) return null;
  return (
    <div className="rounded-lg border border-line px-3 py-2">
      <h3 className="text-xs font-medium text-ink-soft">Related rows</h3>
      <ul className="mt-1 grid gap-1.5">
        {dependents.map((each) => (
          <li key={`${each.dataset}/${each.columns.join(',')}`}>
            <span className="font-medium">
              {datasets?.find(({ name }) => name === each.dataset)?.label ?? each.dataset}
            </span>{' '}
            <span className="font-mono text-xs text-ink-soft">{each.columns.join(', ')}</span>
            <span className={clsx('block', each.rows === undefined ? 'text-ink-soft' : 'text-danger')}>
              {relatedRowsText(each, cascade)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
