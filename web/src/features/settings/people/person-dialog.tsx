import { useId, useState } from 'react';
import type { Role, User } from '@/api/access';
import { CheckField } from '@/components/checkbox';
import { FormDialog } from '@/components/form-dialog';
import { Field, TextInput } from '@/components/field';
import { showToast } from '@/lib/toast';
import { roleText } from '../grants/permission-labels';
import { addPerson, changePerson, type Invitation } from './people';

interface PersonDialogProps {
  /** The person to edit; absent for a new one. */
  person?: User;
  roles: readonly Role[];
  /** The tenants that others belong to. */
  tenants: readonly string[];
  onDone: (invitation: Invitation | undefined) => void;
  onClose: () => void;
}

export function PersonDialog({ person, roles, tenants, onDone, onClose }: PersonDialogProps) {
  const id = useId();
  const [email, setEmail] = useState(person?.email ?? '');
  const [name, setName] = useState(person?.name ?? '');
  const [tenant, setTenant] = useState(person?.tenant ?? '');
  const [chosen, setChosen] = useState<string[]>(person?.roles ?? []);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();

  const save = async () => {
    const what = { name: name.trim(), tenant: tenant.trim() === '' ? null : tenant.trim(), roles: chosen };
    if (!person) return addPerson({ email: email.trim(), ...what });
    await changePerson(person.id, what);
    showToast(`${what.name} saved`);
    return undefined;
  };
  const onSubmit = () => {
    setPending(true);
    setError(undefined);
    save().then(onDone, (reason: unknown) => {
      setError(reason);
      setPending(false);
    });
  };
  const toggle = (role: string, on: boolean) =>
    setChosen(on ? [...chosen, role] : chosen.filter((each) => each !== role));

  return (
    <FormDialog
      title={person ? `Edit ${person.name}` : 'Invite user'}
      description={person ? undefined : 'You get a link to send to them. They use it to set their password.'}
      action={person ? 'Save' : 'Invite'}
      pending={pending}
      error={error}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <Field label="Name">
        <TextInput required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field
        label="E-mail address"
        {...(person && { hint: 'They sign in with this address; it can’t be changed.' })}
      >
        <TextInput
          type="email"
          required
          readOnly={person !== undefined}
          className="read-only:bg-sunken"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <fieldset>
        <legend className="mb-1 text-xs font-medium text-ink-soft">Roles</legend>
        {roles.map((role) => (
          <CheckField
            key={role.id}
            label={role.name}
            hint={roleText(role)}
            checked={chosen.includes(role.id)}
            onChange={(on) => toggle(role.id, on)}
          />
        ))}
        {chosen.length === 0 && (
          <p className="mt-1 text-xs text-ink-soft">Without a role, a person can sign in but sees nothing.</p>
        )}
      </fieldset>
      <Field
        label="Tenant"
        hint="In tables with a tenant column, this person sees only this tenant’s rows. Leave empty for all tenants."
      >
        <TextInput
          list={`${id}-tenants`}
          maxLength={200}
          value={tenant}
          onChange={(event) => setTenant(event.target.value)}
        />
      </Field>
      <datalist id={`${id}-tenants`}>
        {tenants.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </FormDialog>
  );
}
