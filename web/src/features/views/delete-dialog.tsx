import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';

interface DeleteDialogProps {
  name: string;
  pending: boolean;
  onDelete: () => void;
  onClose: () => void;
}

export default function DeleteDialog({ name, pending, onDelete, onClose }: DeleteDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Delete the view?"
      description={`This deletes “${name}” for everyone. No data is deleted.`}
    >
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" disabled={pending} onClick={onDelete}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}
