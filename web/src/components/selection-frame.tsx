import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Selection } from '@/hooks/use-selection';
import { countChosen } from '@/lib/selection';
import { formatEstimate, formatCount, plural } from '@/lib/format';
import { Button } from './button';

interface SelectionFrameProps {
  selection: Selection;
  /** How many rows match, and whether that is counted; absent where it is unknown. */
  matching: { count: number; exact: boolean } | undefined;
  /** Whether a filter or a search is set. */
  narrowed: boolean;
  /** Why nothing can be done with them. */
  notice?: ReactNode;
  /** What can be done with them. */
  children: ReactNode;
}

/** Says which rows are selected; it stands below them while there are any. */
export function SelectionFrame({ selection, matching, narrowed, notice, children }: SelectionFrameProps) {
  const { chosen, any, all, clear } = selection;
  if (!any) return null;
  const more = !chosen.all && (matching === undefined || matching.count > chosen.keys.size);
  const total =
    matching && (matching.exact ? formatCount(matching.count) : `about ${formatEstimate(matching.count)}`);
  return (
    <div
      role="region"
      aria-label="Selection"
      className="action-bar flex shrink-0 flex-wrap items-center gap-x-2 gap-y-2 border-t border-line bg-raised px-4 py-2 pb-[max(8px,env(safe-area-inset-bottom))] max-md:px-3"
    >
      <div className="flex min-w-0 items-center gap-x-2 max-md:w-full">
        <p aria-live="polite" className="text-[13px] font-medium whitespace-nowrap">
          {selectionText(selection, matching)}
        </p>
        {more && (
          <Button look="ghost" small className="min-w-0 text-accent-text!" onClick={all}>
            {['Select all', total, narrowed ? 'matching rows' : 'rows'].filter(Boolean).join(' ')}
          </Button>
        )}
        <Button
          look="ghost"
          small
          icon
          aria-label="Clear selection"
          title="Clear selection (Esc)"
          onClick={clear}
          className="max-md:ml-auto"
        >
          <X aria-hidden />
        </Button>
      </div>
      {notice}
      <div className="flex items-center gap-2 max-md:w-full max-md:flex-wrap max-md:[&>button]:flex-1 max-md:[&>button]:px-2 max-md:[&>button>svg]:hidden md:ml-auto">
        {children}
      </div>
    </div>
  );
}

function selectionText({ chosen }: Selection, matching: SelectionFrameProps['matching']): string {
  const leftOut = chosen.all && chosen.keys.size > 0 ? ` (all but ${formatCount(chosen.keys.size)})` : '';
  if (chosen.all && !matching) return `All matching rows selected${leftOut}`;
  const count = countChosen(chosen, matching?.count ?? 0);
  if (chosen.all && matching?.exact === false)
    return `About ${formatEstimate(count)} rows selected${leftOut}`;
  const every = chosen.all && leftOut === '' ? 'All ' : '';
  return `${every}${plural(count, 'row')} selected${leftOut}`;
}
