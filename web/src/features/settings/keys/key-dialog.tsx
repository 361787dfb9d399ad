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
        ? 'Enter a name.'
        : scopes.some(({ permissions: some, datasets }) => some.length === 0 || datasets.length === 0)
          ? 'Choose permissions and datasets for the key.'
          : ends === undefined
            ? 'Choose today or a later day.'
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
      title="Create API key"
      description="The key can do only what you and it are both allowed to."
      action="Create key"
      pending={pending}
      noValidate
      missing={lack}
      error={error}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="Name">
          <TextInput
            placeholder="Nightly report"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Expires">
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
      <section aria-label="Permissions">
        <h3 className="mb-2 font-medium">Permissions</h3>
        <GrantsEditor grants={scopes} offered={permissions} onChange={setScopes} />
      </section>
    </FormDialog>
  );
}
