import type { Run } from '@/api/runs';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { remove } from '../model/actions';
import { runTitle } from '../kinds';
import { hasFile } from '../model/run-labels';

interface DeleteRunDialogProps {
  run: Run;
  now: number;
  onClose: () => void;
}

export function DeleteRunDialog({ run, now, onClose }: DeleteRunDialogProps) {
  return (
    <ConfirmDialog
      title="Delete export?"
      description={
        hasFile(run, now)
          ? `“${runTitle(run)}” is removed from the list and its file is deleted. Links to it stop working.`
          : `“${runTitle(run)}” is removed from the list.`
      }
      action="Delete"
      onConfirm={() => remove(run)}
      onClose={onClose}
    />
  );
}
