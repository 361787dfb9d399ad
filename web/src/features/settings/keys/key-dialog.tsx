import { useState } from 'react';
import type { Grant } from '@/api/access';
import { FormDialog } from '@/components/form-dialog';
import { Field, Select, TextInput } from '@/components/field';
import { useCurrentUser } from '@/hooks/use-current-user';
import { GrantsEditor } from '../grants/grants-editor';
import { EXPIRIES, type Expiry, expiresAt, createKey, type CreatedKey } from './keys';

interface KeyDialogProps {
  now: number;
  onDone: (made: CreatedKey) => void;
  onClose: () => void;
}

export function KeyDialog({ now, onDone, onClose }: KeyDialogProps) {
  const { permissions } = useCurrentUser();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Grant[]>([
    {
      permissions: ['records.read', 'records.export'].filter((each) => permissions.some((it) => it === each)),
      datasets: ['*'],
    },
  ]);
  const [expiry, setExpiry] = useState<Expiry>('90');
  const [day, setDay] = useState('');
  const [pending, setPending] = useState(false);
  const [lack, setLack] = useState<string>();
  const [error, setError] = useState<unknown>();

  const onSubmit = () => {
    const ends = expiresAt(expiry, day, Date.now());
    const lacking =
      name.trim() === ''
        ? 'Say what the key is for.'
        : scopes.some(({ permissions: some, datasets }) => some.length === 0 || datasets.length === 0)
          ? 'Choose what the key may do, and with which datasets.'
          : ends === undefined
            ? 'Choose a day that has not passed.'
            : undefined;
    setLack(lacking);
    if (lacking !== undefined) return;
    setPending(true);
    setError(undefined);
    createKey({ name: name.trim(), scopes, ...(ends != null && { expires_at: ends }) }).then(
      onDone,
      (reason: unknown) => {
        setError(reason);
        setPending(false);
      },
    );
  };

  return (
    <FormDialog
      size="wide"
      title="Make an API key"
      description="It can do what both you and the key may: when you lose a permission, so does the key."
      action="Make the key"
      pending={pending}
      noValidate
      missing={lack}
      error={error}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="What it is for">
          <TextInput
            placeholder="Nightly report"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="It stops working">
          <Select value={expiry} options={EXPIRIES} onChange={setExpiry} />
        </Field>
        {expiry === 'day' && (
          <Field label="Last day">
            <TextInput
              type="date"
              min={new Date(now).toLocaleDateString('sv')}
              value={day}
              onChange={(event) => setDay(event.target.value)}
            />
          </Field>
        )}
      </div>
      <section aria-label="What it may do">
        <h3 className="mb-2 font-medium">What it may do</h3>
        <GrantsEditor grants={scopes} offered={permissions} onChange={setScopes} />
      </section>
    </FormDialog>
  );
}
