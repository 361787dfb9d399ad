import { X } from 'lucide-react';
import { datasetId } from '@/api/queries';
import type { Column, Dataset } from '@/api/types';
import { Button } from '@/components/button';
import { Field, Select, TextInput } from '@/components/field';
import { isNumber } from '@/lib/filter';
import {
  type FieldDraft,
  isNullable,
  newDraft,
  OPERATIONS,
  operationsFor,
  readableColumns,
  type Settable,
} from '../model/fields';
import { ParentPicker } from './parent-picker';

interface FieldRowProps {
  source: string;
  dataset: Dataset;
  draft: FieldDraft;
  /** Absent while it is not chosen. */
  settable: Settable | undefined;
  /** What this row may be about. */
  choices: readonly Settable[];
  onChange: (draft: FieldDraft) => void;
  onChoose: (settable: Settable) => void;
  /** Absent where it is the only one. */
  onRemove: (() => void) | undefined;
}

/** One field to set: which column, what is done with it, and with what. */
export function FieldRow(props: FieldRowProps) {
  const { source, dataset, draft, settable, choices, onChange, onChoose, onRemove } = props;
  const label = settable?.label ?? 'New field';
  return (
    <fieldset className="flex items-end gap-2 border-b border-line pb-3 max-sm:flex-wrap">
      <legend className="sr-only">{label}</legend>
      <Field label="Field" className="sm:w-48 max-sm:w-full">
        <Select
          value={draft.settable}
          options={[
            ...(settable ? [] : [{ value: '', label: 'Choose a field…' }]),
            ...choices.map((each) => ({ value: each.id, label: each.label })),
          ]}
          onChange={(id) => {
            const next = choices.find((each) => each.id === id);
            if (next) onChoose(next);
          }}
        />
      </Field>
      {settable && (
        <>
          <Field label="Action" className="sm:w-40 max-sm:w-full">
            <Select
              value={draft.operation}
              options={operationsFor(settable).map((value) => ({ value, label: OPERATIONS[value] }))}
              onChange={(operation) => onChange({ ...newDraft(settable), operation })}
            />
          </Field>
          <div className="flex min-w-0 flex-1 gap-2 max-sm:min-w-40">
            <Operand key={settable.id} {...{ source, dataset, draft, settable, onChange }} />
          </div>
        </>
      )}
      {onRemove && (
        <Button look="ghost" icon aria-label={`Remove ${label}`} title="Remove" onClick={onRemove}>
          <X aria-hidden />
        </Button>
      )}
    </fieldset>
  );
}

interface OperandProps extends Pick<FieldRowProps, 'source' | 'dataset' | 'draft' | 'onChange'> {
  settable: Settable;
}

function Operand({ source, dataset, draft, settable, onChange }: OperandProps) {
  const { operation, text, replacement, parent } = draft;
  const { columns, reference } = settable;
  const change = (next: string) => onChange({ ...draft, text: next });
  switch (operation) {
    case 'clear':
    case 'empty':
      return null;
    case 'copy':
      return (
        <Field label="Column" className="flex-1">
          <Select
            value={text}
            options={[
              ...(text === '' ? [{ value: '', label: 'Choose a column…' }] : []),
              ...readableColumns(dataset, columns).map(({ name, label }) => ({ value: name, label })),
            ]}
            onChange={change}
          />
        </Field>
      );
    case 'add':
      return (
        <Field label="Amount (use − to decrease)" className="flex-1">
          <TextInput value={text} inputMode="text" onChange={(event) => change(event.target.value)} />
        </Field>
      );
    case 'replace':
      return (
        <>
          <Field label="Find" className="flex-1">
            <TextInput value={text} onChange={(event) => change(event.target.value)} />
          </Field>
          <Field label="Replace with" className="flex-1">
            <TextInput
              value={replacement}
              onChange={(event) => onChange({ ...draft, replacement: event.target.value })}
            />
          </Field>
        </>
      );
    case 'value': {
      const plain = <PlainValue settable={settable} text={text} onChange={change} />;
      if (!reference) return plain;
      return (
        <ParentPicker
          source={source}
          dataset={dataset}
          reference={reference}
          nullable={isNullable(columns)}
          chosen={parent}
          onChange={(next) => onChange({ ...draft, parent: next })}
          instead={plain}
        />
      );
    }
  }
}

interface PlainValueProps {
  settable: Settable;
  text: string;
  onChange: (text: string) => void;
}

function PlainValue({ settable: { columns, reference }, text, onChange }: PlainValueProps) {
  const [column, ...more] = columns;
  if (!column || more.length > 0) {
    const missing = reference ? datasetId(reference.references) : '';
    return <p className="self-center pt-4 text-[13px] text-ink-soft">You can’t view {missing}.</p>;
  }
  return (
    <Field
      label={reference ? `Value (key of ${datasetId(reference.references)})` : 'Value'}
      className="flex-1"
    >
      <ValueInput column={column} text={text} onChange={onChange} />
    </Field>
  );
}

interface ValueInputProps {
  column: Column;
  text: string;
  onChange: (text: string) => void;
}

function ValueInput({ column: { type }, text, onChange }: ValueInputProps) {
  const unchosen = text === '' ? [{ value: '', label: 'Choose a value…' }] : [];
  if (type.kind === 'boolean') {
    const options = [...unchosen, { value: 'true', label: 'Yes' }, { value: 'false', label: 'No' }];
    return <Select value={text} options={options} onChange={onChange} />;
  }
  if (type.kind === 'enum')
    return (
      <Select
        value={text}
        options={[...unchosen, ...type.values.map((value) => ({ value, label: value }))]}
        onChange={onChange}
      />
    );
  if (type.kind === 'date')
    return (
      <input className="field" type="date" value={text} onChange={(event) => onChange(event.target.value)} />
    );
  if (type.kind === 'timestamp')
    return (
      <input
        className="field"
        type="datetime-local"
        step={1}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  return (
    <TextInput
      value={text}
      inputMode={isNumber(type.kind) ? 'decimal' : 'text'}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
