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
        showToast(`The role ${saved.name} is saved`);
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
      <section aria-label="What it allows">
        <h3 className="mb-2 font-medium">What it allows</h3>
        {readOnly && draft.grants.length === 0 && <p className="text-ink-soft">Nothing.</p>}
        <GrantsEditor
          grants={draft.grants}
          readOnly={readOnly}
          onChange={(grants) => setDraft({ ...draft, grants })}
        />
      </section>
      {(!readOnly || draft.columns.length > 0) && (
        <section aria-label="Columns that it keeps from people">
          <h3 className="font-medium">Columns that it keeps from people</h3>
          <p className="mb-2 text-[13px] text-ink-soft">
            A hidden column is not there at all. A masked one is there, its values are not, and nobody can
            filter, sort or search by it.
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
        description="It comes with Rowport and stays as it is. A copy can be changed."
        footer={
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Close</Button>
            <Button look="primary" onClick={onCopy}>
              <Copy aria-hidden />
              Make a copy
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
      title={role ? role.name : 'Make a role'}
      description="Whoever has it may do what it says from their next request on."
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
