import { useState } from 'react';
import { runStore } from '@/api/run-store';
import { startSubjectExport, type SubjectKind, type SubjectRequest } from '@/api/runs';
import { FormDialog } from '@/components/form-dialog';
import { Field, Select, TextInput } from '@/components/field';
import { askToNotify } from '@/lib/notify';
import { addOwnRun } from '@/lib/own-runs';
import { showToast } from '@/lib/toast';
import { runTitle } from '../kinds';

interface SubjectDialogProps {
  kinds: readonly SubjectKind[];
  onClose: () => void;
}

type Format = NonNullable<SubjectRequest['format']>;

const FORMATS: readonly { value: Format; label: string }[] = [
  { value: 'csv', label: 'CSV, for people' },
  { value: 'ndjson', label: 'NDJSON, for programs' },
];

/** Asks about whom, and starts the archive of everything about them. */
export function SubjectDialog({ kinds, onClose }: SubjectDialogProps) {
  const [name, setName] = useState(kinds[0]?.name ?? '');
  const [value, setValue] = useState('');
  const [format, setFormat] = useState<Format>('csv');
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const kind = kinds.find((each) => each.name === name);

  const onSubmit = () => {
    setPending(true);
    setError(undefined);
    askToNotify();
    startSubjectExport({ subject: name, value: value.trim(), format }).then(
      (run) => {
        addOwnRun(run.id);
        runStore.put([run]);
        showToast('Export started', runTitle(run), { about: run.id });
        onClose();
      },
      (reason: unknown) => {
        setError(reason);
        setPending(false);
      },
    );
  };

  return (
    <FormDialog
      title="Personal data export"
      description="A ZIP of everything stored about one person, made in the background."
      action="Start export"
      pending={pending}
      error={error}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <Field
        label="Person type"
        {...(kind && { hint: `From ${kind.datasets.map(({ dataset }) => dataset).join(', ')}` })}
      >
        <Select
          value={name}
          options={kinds.map(({ name: each, label }) => ({ value: each, label }))}
          onChange={setName}
        />
      </Field>
      <Field label="Identifier" hint="For example, a customer ID or an e-mail address.">
        <TextInput
          required
          maxLength={1000}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </Field>
      <Field label="File format">
        <Select value={format} options={FORMATS} onChange={setFormat} />
      </Field>
    </FormDialog>
  );
}
