import { Clock } from 'lucide-react';
import { SOON } from '@/lib/dates';
import { plural } from '@/lib/format';

/** Warns of rows that leave the trash soon. */
export function ExpiringRowsNotice({ rows }: { rows: number }) {
  if (rows === 0) return null;
  return (
    <p className="mb-5 flex items-center gap-2 rounded-lg bg-warning-soft px-3 py-2 text-[13px] text-warning">
      <Clock aria-hidden className="size-4 shrink-0" />
      {plural(rows, 'row')} will be permanently deleted within {SOON} days.
    </p>
  );
}
