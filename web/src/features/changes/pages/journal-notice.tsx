import { Lock } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Overlay, lazyComponent } from '@/components/lazy';
import { usePermission } from '@/hooks/use-current-user';
import type { Journal } from '../api/types';

const PrepareDialog = lazyComponent(() => import('../dialogs/prepare-dialog'));

/** The reason why rows of a source are read-only, and for administrators the way to change that. */
export function JournalNotice({ source, journal }: { source: string; journal: Journal }) {
  const admin = usePermission('admin');
  const [preparing, setPreparing] = useState(false);
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2 text-[13px] text-ink-soft">
      <Lock aria-hidden className="size-3.5 shrink-0" />
      <p>{readOnlyText(journal)}</p>
      {admin && (
        <Button small onClick={() => setPreparing(true)}>
          Set up…
        </Button>
      )}
      <Overlay onFail={() => setPreparing(false)}>
        {preparing && <PrepareDialog source={source} sql={journal.sql} onClose={() => setPreparing(false)} />}
      </Overlay>
    </div>
  );
}

function readOnlyText({ code, reason }: Journal): string {
  if (code === 'no_journal' || reason === undefined)
    return 'Read-only. To allow changes (with undo), Rowport needs tables of its own in this database.';
  return `Read-only: ${reason}`;
}
