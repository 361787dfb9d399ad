import { useQuery } from '@tanstack/react-query';
import { Loader2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { countQuery } from '@/api/queries';
import type { Count, DatasetRef, View } from '@/api/types';
import { formatEstimate, formatCount, plural } from '@/lib/format';

interface RowCountProps {
  dataset: DatasetRef;
  view: View;
  /** What paging has found out by itself, if it has. */
  known: Count | undefined;
  onCount: (count: Count) => void;
}

/** How many rows the view has: at once as an estimate, exactly when asked. */
export function RowCount({ dataset, view, known, onCount }: RowCountProps) {
  const signature = JSON.stringify([dataset, view.filter, view.search]);
  const [asked, setAsked] = useState<string>();
  const wantsExact = asked === signature;
  const quick = useQuery(countQuery(dataset, view, 'quick'));
  const exact = useQuery({ ...countQuery(dataset, view, 'exact'), enabled: wantsExact });
  const answer = exact.data ?? (known?.exact ? known : (quick.data ?? known));

  const told = exact.data ?? quick.data;
  useEffect(() => {
    if (told) onCount(told);
  }, [told, onCount]);

  if (!answer) return <span className="skeleton inline-block h-3.5 w-24 align-middle" />;
  if (answer.exact)
    return <span className="whitespace-nowrap tabular-nums">{plural(answer.count, 'row')}</span>;
  const about = `About ${formatEstimate(answer.count)} rows`;
  return (
    <button
      type="button"
      title={`Estimate: ${formatCount(answer.count)}. Click for the exact count.`}
      aria-label={`${about}: click for exact count`}
      disabled={exact.isFetching}
      onClick={() => setAsked(signature)}
      className="inline-flex items-center gap-1.5 rounded whitespace-nowrap tabular-nums underline decoration-dotted underline-offset-3 hover:text-ink"
    >
      {about}
      {exact.isFetching && <Loader2 aria-hidden className="size-3 animate-spin" />}
    </button>
  );
}
