import { useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field, TextInput } from '@/components/field';
import { ProblemNotice } from '@/components/problem-notice';

interface NameDialogProps {
  title: string;
  start: string;
  action: string;
  error: Error | null;
  pending: boolean;
  onName: (name: string) => void;
  onClose: () => void;
}

export default function NameDialog({
  title,
  start,
  action,
  error,
  pending,
  onName,
  onClose,
}: NameDialogProps) {
  const [name, setName] = useState(start);
  return (
    <Dialog open onClose={onClose} title={title}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') onName(name.trim());
        }}
      >
        <Field label="Name">
          <TextInput value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
        {error && <ProblemNotice compact error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={name.trim() === '' || pending}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
