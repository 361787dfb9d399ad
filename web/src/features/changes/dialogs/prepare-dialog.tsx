import { useQueryClient } from '@tanstack/react-query';
import { Clipboard } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { ProblemNotice } from '@/components/problem-notice';
import { copy } from '@/lib/clipboard';
import { showToast } from '@/lib/toast';
import { journalQuery, createJournal } from '../api/journal';

interface PrepareDialogProps {
  source: string;
  sql: string;
  onClose: () => void;
}

/** The dialog that shows the statements, and then creates the journal. */
export default function PrepareDialog({ source, sql, onClose }: PrepareDialogProps) {
  const queries = useQueryClient();
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const make = () => {
    setPending(true);
    createJournal(source).then(
      (journal) => {
        queries.setQueryData(journalQuery(source).queryKey, journal);
        showToast(`Changes enabled in ${source}`);
        onClose();
      },
      (reason: unknown) => {
        setError(reason);
        setPending(false);
      },
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      size="wide"
      title={`Enable changes in “${source}”`}
      description="Rowport stores undo history in its own tables. These statements create them and change nothing else."
      footer={
        <div className="flex justify-end gap-2">
          <Button className="mr-auto" onClick={() => void copy(sql, 'Statements')}>
            <Clipboard aria-hidden />
            Copy
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={pending} onClick={make}>
            Run statements
          </Button>
        </div>
      }
    >
      <div className="grid gap-3">
        {error !== undefined && <ProblemNotice compact error={error} />}
        <pre className="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-xs leading-5">{sql}</pre>
      </div>
    </Dialog>
  );
}
