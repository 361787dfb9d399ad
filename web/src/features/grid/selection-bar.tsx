import { ArrowRightLeft, Download, PenLine, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/button';
import { SelectionFrame } from '@/components/selection-frame';
import type { Selection } from '@/hooks/use-selection';

interface SelectionBarProps {
  selection: Selection;
  /** How many rows match the view, and whether that is counted. */
  matching: { count: number; exact: boolean };
  /** Whether a filter or a search is set. */
  narrowed: boolean;
  /** What is absent is not allowed. */
  onExport: (() => void) | undefined;
  onSet: (() => void) | undefined;
  onReassign: (() => void) | undefined;
  onDelete: (() => void) | undefined;
  /** Until it is known whether rows can be changed here. */
  pending: boolean;
  /** Why nothing can be changed here. */
  notice: ReactNode;
}

/** What can be done with the rows that are selected in the grid. */
export function SelectionBar(props: SelectionBarProps) {
  const { onExport, onSet, onReassign, onDelete, pending, ...frame } = props;
  return (
    <SelectionFrame {...frame}>
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
      {onReassign && (
        <Button small disabled={pending} onClick={onReassign}>
          <ArrowRightLeft aria-hidden />
          Reassign…
        </Button>
      )}
      {onDelete && (
        <Button small look="danger" disabled={pending} onClick={onDelete}>
          <Trash2 aria-hidden />
          Delete…
        </Button>
      )}
    </SelectionFrame>
  );
}
