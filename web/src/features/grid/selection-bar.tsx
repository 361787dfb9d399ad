import { Download, X } from 'lucide-react';
import { Button } from '@/components/button';
import { plural } from '@/lib/words';

interface SelectionBarProps {
  count: number;
  /** Absent where exporting is not allowed. */
  onExport: (() => void) | undefined;
  onClear: () => void;
}

export function SelectionBar({ count, onExport, onClear }: SelectionBarProps) {
  if (count === 0) return null;
  return (
    <div
      role="region"
      aria-label="Selection"
      className="popup absolute bottom-4 left-1/2 z-10 flex -translate-x-1/2 items-center gap-2 py-1.5 pr-1.5 pl-4"
    >
      <p aria-live="polite" className="mr-2 text-[13px] font-medium whitespace-nowrap">
        {plural(count, 'row')} selected
      </p>
      {onExport && (
        <Button look="primary" small onClick={onExport}>
          <Download aria-hidden />
          Export
        </Button>
      )}
      <Button look="ghost" small onClick={onClear}>
        <X aria-hidden />
        Clear
      </Button>
    </div>
  );
}
