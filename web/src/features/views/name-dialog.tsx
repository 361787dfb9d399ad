import { useState } from 'react';
import { FormDialog } from '@/components/form-dialog';
import { Field, TextInput } from '@/components/field';

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
    <FormDialog
      title={title}
      dismissible
      action={action}
      pending={pending}
      disabled={name.trim() === ''}
      error={error}
      onSubmit={() => onName(name.trim())}
      onClose={onClose}
    >
      <Field label="Name">
        <TextInput value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
