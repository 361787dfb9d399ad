import { X } from 'lucide-react';
import type { Column } from '@/api/types';
import { Button } from '@/components/button';
import { Field, Select, TextInput } from '@/components/field';
import { isNumber } from '@/lib/filter';
import { type FieldDraft, OPERATIONS, operationsFor, startText } from './fields';

interface FieldRowProps {
  draft: FieldDraft;
  column: Column;
  /** The columns that this row may be about. */
  columns: readonly Column[];
  /** The columns to copy from. */
  others: readonly Column[];
  /** Where the column is a reference: what it refers to. */
  refersTo: string | undefined;
  onChange: (draft: FieldDraft) => void;
  onColumn: (column: Column) => void;
  /** Absent where it is the only one. */
  onRemove: (() => void) | undefined;
}

/** One field to set: which column, what is done with it, and with what. */
export function FieldRow(props: FieldRowProps) {
  const { draft, column, columns, others, refersTo, onChange, onColumn, onRemove } = props;
  const setOperation = (operation: FieldDraft['operation']) => {
    const text =
      operation === 'copy' ? (others[0]?.name ?? '') : operation === 'value' ? startText(column) : '';
    onChange({ ...draft, operation, text, replacement: '' });
  };
  return (
    <fieldset className="flex items-end gap-2 border-b border-line pb-3 max-sm:flex-wrap">
      <legend className="sr-only">{column.label}</legend>
      <Field label="Field" className="sm:w-48 max-sm:w-full">
        <Select
          value={column.name}
          options={columns.map(({ name, label }) => ({ value: name, label }))}
          onChange={(name) => {
            const next = columns.find((each) => each.name === name);
            if (next) onColumn(next);
          }}
        />
      </Field>
      <Field label="Action" className="sm:w-40 max-sm:w-full">
        <Select
          value={draft.operation}
          options={operationsFor(column).map((value) => ({ value, label: OPERATIONS[value] }))}
          onChange={setOperation}
        />
      </Field>
      <div className="flex min-w-0 flex-1 gap-2 max-sm:min-w-40">
        <Operand {...{ draft, column, others, refersTo, onChange }} />
      </div>
      {onRemove && (
        <Button
          look="ghost"
          icon
          aria-label={`Leave ${column.label} as it is`}
          title="Leave out"
          onClick={onRemove}
        >
          <X aria-hidden />
        </Button>
      )}
    </fieldset>
  );
}

type OperandProps = Pick<FieldRowProps, 'draft' | 'column' | 'others' | 'refersTo' | 'onChange'>;

function Operand({ draft, column, others, refersTo, onChange }: OperandProps) {
  const { operation, text, replacement } = draft;
  const change = (next: string) => onChange({ ...draft, text: next });
  switch (operation) {
    case 'clear':
      return <p className="self-center pt-4 text-[13px] text-ink-soft">Becomes empty (NULL)</p>;
    case 'copy':
      return (
        <Field label="Column" className="flex-1">
          <Select
            value={text}
            options={others.map(({ name, label }) => ({ value: name, label }))}
            onChange={change}
          />
        </Field>
      );
    case 'add':
      return (
        <Field label="How much (less: −)" className="flex-1">
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
    case 'value':
      return (
        <Field label={refersTo === undefined ? 'Value' : `Value: a key of ${refersTo}`} className="flex-1">
          <ValueInput column={column} text={text} onChange={change} />
        </Field>
      );
  }
}

interface ValueInputProps {
  column: Column;
  text: string;
  onChange: (text: string) => void;
}

function ValueInput({ column: { type }, text, onChange }: ValueInputProps) {
  if (type.kind === 'boolean') {
    const options = [
      { value: 'true', label: 'Yes' },
      { value: 'false', label: 'No' },
    ];
    return <Select value={text} options={options} onChange={onChange} />;
  }
  if (type.kind === 'enum')
    return (
      <Select
        value={text}
        options={type.values.map((value) => ({ value, label: value }))}
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
