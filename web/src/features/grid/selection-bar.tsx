import { Download, PenLine, Trash2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/button';
import { countChosen } from '@/lib/selection';
import { formatAbout, formatCount, plural } from '@/lib/words';
import type { Selection } from './selection';

interface SelectionBarProps {
  selection: Selection;
  /** How many rows match the view, and whether that is counted. */
  matching: { count: number; exact: boolean };
  /** Whether a filter or a search is set. */
  narrowed: boolean;
  /** What is absent is not allowed. */
  onExport: (() => void) | undefined;
  onSet: (() => void) | undefined;
  onDelete: (() => void) | undefined;
  /** Until it is known whether rows can be changed here. */
  pending: boolean;
  /** Why nothing can be changed here. */
  notice: ReactNode;
}

/** What can be done with the rows that are selected; it stands below the grid while there are any. */
export function SelectionBar(props: SelectionBarProps) {
  const { selection, matching, narrowed, onExport, onSet, onDelete, pending, notice } = props;
  const { chosen, any, all, clear } = selection;
  if (!any) return null;
  const count = countChosen(chosen, matching.count);
  const about = chosen.all && !matching.exact;
  const words = about ? `About ${formatAbout(count)} rows` : plural(count, 'row');
  const leftOut = chosen.all && chosen.keys.size > 0 ? ` (all but ${formatCount(chosen.keys.size)})` : '';
  const more = !chosen.all && matching.count > chosen.keys.size;
  const total = matching.exact ? formatCount(matching.count) : `about ${formatAbout(matching.count)}`;
  return (
    <div
      role="region"
      aria-label="Selection"
      className="action-bar flex shrink-0 flex-wrap items-center gap-x-2 gap-y-2 border-t border-line bg-raised px-4 py-2 pb-[max(8px,env(safe-area-inset-bottom))] max-md:px-3"
    >
      <div className="flex min-w-0 items-center gap-x-2 max-md:w-full">
        <p aria-live="polite" className="text-[13px] font-medium whitespace-nowrap">
          {chosen.all && leftOut === '' && !about && 'All '}
          {words} selected{leftOut}
        </p>
        {more && (
          <Button look="ghost" small className="min-w-0 text-accent-text!" onClick={all}>
            Select all {total}
            {narrowed && ' that match'}
          </Button>
        )}
        <Button
          look="ghost"
          small
          icon
          aria-label="Clear the selection"
          title="Clear the selection (Esc)"
          onClick={clear}
          className="max-md:ml-auto"
        >
          <X aria-hidden />
        </Button>
      </div>
      {notice}
      <div className="flex items-center gap-2 max-md:w-full max-md:[&>button]:flex-1 md:ml-auto">
        {onExport && (
          <Button small onClick={onExport}>
            <Download aria-hidden />
            Export
          </Button>
        )}
        {onSet && (
          <Button small disabled={pending} onClick={onSet}>
            <PenLine aria-hidden />
            Set fields…
          </Button>
        )}
        {onDelete && (
          <Button small look="danger" disabled={pending} onClick={onDelete}>
            <Trash2 aria-hidden />
            Delete…
          </Button>
        )}
      </div>
    </div>
  );
}
