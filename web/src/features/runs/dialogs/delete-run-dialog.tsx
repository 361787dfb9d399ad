import { useState } from 'react';
import type { Run } from '@/api/runs';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { remove } from '../model/actions';
import { hasFile, runTitle } from '../model/words';

interface DeleteRunDialogProps {
  run: Run;
  now: number;
  onClose: () => void;
}

export function DeleteRunDialog({ run, now, onClose }: DeleteRunDialogProps) {
  const [pending, setPending] = useState(false);
  const onDelete = () => {
    setPending(true);
    void remove(run).then((gone) => (gone ? onClose() : setPending(false)));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Delete the export?"
      description={
        hasFile(run, now)
          ? `“${runTitle(run)}” leaves the list, and its file is deleted. Links to it stop working.`
          : `“${runTitle(run)}” leaves the list.`
      }
    >
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button look="danger" disabled={pending} onClick={onDelete}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}
