import { useState } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { ProblemNotice } from './problem-notice';

interface ConfirmDialogProps {
  title: string;
  description: string;
  /** What the button says that does it. */
  action: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** A question before something that can't be undone. It stays open, with the reason, when that fails. */
export function ConfirmDialog({ title, description, action, onConfirm, onClose }: ConfirmDialogProps) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = () => {
    setPending(true);
    onConfirm().then(onClose, (reason: unknown) => {
      setError(reason);
      setPending(false);
    });
  };
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
      <div className="grid gap-4">
        {error !== undefined && <ProblemNotice compact error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" disabled={pending} onClick={confirm}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
