import { Copy } from 'lucide-react';
import { useState } from 'react';
import type { Role } from '@/api/access';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { FormDialog } from '@/components/form-dialog';
import { Field, TextInput } from '@/components/field';
import { showToast } from '@/lib/toast';
import { GrantsEditor } from '../grants/grants-editor';
import { ColumnRules } from './column-rules';
import { missing, type RoleDraft, saveRole } from './roles';

interface RoleDialogProps {
  /** The role that is changed, or looked at; absent for a new one. */
  role: Role | undefined;
  /** What it begins with. */
  start: RoleDraft;
  onCopy: () => void;
  onDone: () => void;
  onClose: () => void;
}

export function RoleDialog(props: RoleDialogProps) {
  // A copy begins anew.
  return <RoleForm key={`${props.role?.id ?? 'new'} ${props.start.name}`} {...props} />;
}

function RoleForm({ role, start, onCopy, onDone, onClose }: RoleDialogProps) {
  const readOnly = role?.built_in === true;
  const [draft, setDraft] = useState<RoleDraft>({
    name: start.name,
    grants: start.grants,
    columns: start.columns,
  });
  const [pending, setPending] = useState(false);
  const [lack, setLack] = useState<string>();
  const [error, setError] = useState<unknown>();

  const onSubmit = () => {
    const lacking = missing(draft);
    setLack(lacking);
    if (lacking !== undefined) return;
    setPending(true);
    setError(undefined);
    saveRole(role?.id, { ...draft, name: draft.name.trim() }).then(
      (saved) => {
        showToast(`Role ${saved.name} saved`);
        onDone();
      },
      (reason: unknown) => {
        setError(reason);
        setPending(false);
      },
    );
  };

  const content = (
    <>
      {!readOnly && (
        <Field label="Name" className="max-w-sm">
          <TextInput
            maxLength={100}
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.target.value })}
          />
        </Field>
      )}
      <section aria-label="Permissions">
        <h3 className="mb-2 font-medium">Permissions</h3>
        {readOnly && draft.grants.length === 0 && <p className="text-ink-soft">None.</p>}
        <GrantsEditor
          grants={draft.grants}
          readOnly={readOnly}
          onChange={(grants) => setDraft({ ...draft, grants })}
        />
      </section>
      {(!readOnly || draft.columns.length > 0) && (
        <section aria-label="Restricted columns">
          <h3 className="font-medium">Restricted columns</h3>
          <p className="mb-2 text-[13px] text-ink-soft">
            Hidden: the column does not appear. Masked: it appears with •••• and can’t be filtered, sorted or
            searched.
          </p>
          <ColumnRules
            rules={draft.columns}
            readOnly={readOnly}
            onChange={(columns) => setDraft({ ...draft, columns })}
          />
        </section>
      )}
    </>
  );
  if (readOnly)
    return (
      <Dialog
        open
        size="wide"
        onClose={onClose}
        title={role.name}
        description="Built-in roles can’t be changed. Duplicate this one to make changes."
        footer={
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Close</Button>
            <Button look="primary" onClick={onCopy}>
              <Copy aria-hidden />
              Duplicate
            </Button>
          </div>
        }
      >
        <div className="grid gap-6">{content}</div>
      </Dialog>
    );
  return (
    <FormDialog
      size="wide"
      title={role ? role.name : 'Create role'}
      description="Changes apply immediately."
      action="Save"
      pending={pending}
      noValidate
      missing={lack}
      error={error}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      {content}
    </FormDialog>
  );
}
