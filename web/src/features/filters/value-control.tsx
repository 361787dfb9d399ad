import { useId } from 'react';
import { CheckField } from '@/components/checkbox';
import { Select, TextInput } from '@/components/field';
import type { ColumnType } from '@/api/types';
import type { Literal, Operator } from '@/api/filter';
import { arity, isTemporal, isNumber, numberLiteral, printLiteral } from '@/lib/filter';

interface ValueControlProps {
  type: ColumnType;
  op: Operator;
  values: Literal[];
  onChange: (values: Literal[]) => void;
}

/** The control for a condition's value, by the column's type and the operator. */
export function ValueControl({ type, op, values, onChange }: ValueControlProps) {
  const count = arity(op);
  if (count === 0) return null;
  if (op === 'in_last' || op === 'in_next')
    return <SpanControl value={values[0]} onChange={(value) => onChange([value])} />;
  if (count === 'list') {
    return type.kind === 'enum' ? (
      <EnumControl options={type.values} values={values} onChange={onChange} />
    ) : (
      <ListControl type={type} values={values} onChange={onChange} />
    );
  }
  if (count === 2) {
    return (
      <div className="grid gap-2">
        <OneControl
          type={type}
          label="From"
          value={values[0]}
          onChange={(value) => onChange([value, values[1] ?? ''])}
        />
        <OneControl
          type={type}
          label="To"
          value={values[1]}
          onChange={(value) => onChange([values[0] ?? '', value])}
        />
      </div>
    );
  }
  return <OneControl type={type} label="Value" value={values[0]} onChange={(value) => onChange([value])} />;
}

interface OneProps {
  type: ColumnType;
  label: string;
  value: Literal | undefined;
  onChange: (value: Literal) => void;
}

function OneControl({ type, label, value, onChange }: OneProps) {
  const text = value === undefined ? '' : printLiteral(value);
  if (type.kind === 'boolean') {
    return (
      <Select
        aria-label={label}
        value={text === 'false' ? 'false' : 'true'}
        options={[
          { value: 'true', label: 'Yes' },
          { value: 'false', label: 'No' },
        ]}
        onChange={(next) => onChange(next === 'true')}
      />
    );
  }
  if (type.kind === 'enum') {
    return (
      <Select
        aria-label={label}
        value={text}
        options={type.values.map((each) => ({ value: each, label: each }))}
        onChange={onChange}
      />
    );
  }
  if (type.kind === 'date') {
    return (
      <TextInput
        type="date"
        aria-label={label}
        value={text.slice(0, 10)}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  if (isTemporal(type.kind))
    return (
      <TimestampControl zoned={type.kind === 'timestamp_tz'} label={label} text={text} onChange={onChange} />
    );
  if (type.kind === 'time') {
    return (
      <TextInput
        type="time"
        step={1}
        aria-label={label}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const numeric = isNumber(type.kind);
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      value={text}
      {...(numeric && { inputMode: 'decimal' })}
      onChange={(event) => onChange(numeric ? numberLiteral(event.target.value.trim()) : event.target.value)}
    />
  );
}

interface TimestampProps {
  zoned: boolean;
  label: string;
  text: string;
  onChange: (value: Literal) => void;
}

/** A day, and perhaps a time of that day: without one, the whole day is meant. */
function TimestampControl({ zoned, label, text, onChange }: TimestampProps) {
  const day = text.slice(0, 10);
  const time = text.slice(11).replace(/(Z|\+00:00)$/, '');
  const put = (nextDay: string, nextTime: string) =>
    onChange(nextTime === '' || nextDay === '' ? nextDay : `${nextDay}T${nextTime}${zoned ? 'Z' : ''}`);
  return (
    <div className="flex items-center gap-2">
      <TextInput
        type="date"
        aria-label={`${label}: day`}
        className="flex-1"
        value={day}
        onChange={(event) => put(event.target.value, time)}
      />
      <TextInput
        type="time"
        aria-label={`${label}: time, optional`}
        step={1}
        className="w-28"
        value={time}
        onChange={(event) => put(day, event.target.value)}
      />
      {zoned && <span className="text-xs text-ink-faint">UTC</span>}
    </div>
  );
}

const UNITS = ['minutes', 'hours', 'days', 'weeks', 'months', 'years'] as const;

function SpanControl({
  value,
  onChange,
}: {
  value: Literal | undefined;
  onChange: (value: Literal) => void;
}) {
  const [count = '7', unit = 'days'] = (value === undefined ? '7 days' : printLiteral(value)).split(' ');
  const chosen = UNITS.find((each) => each.startsWith(unit.replace(/s$/, ''))) ?? 'days';
  return (
    <div className="flex gap-2">
      <TextInput
        type="number"
        min={1}
        aria-label="How many"
        className="w-24"
        value={count}
        onChange={(event) => onChange(`${event.target.value} ${chosen}`)}
      />
      <Select
        aria-label="Unit"
        className="flex-1"
        value={chosen}
        options={UNITS.map((each) => ({ value: each, label: each }))}
        onChange={(next) => onChange(`${count} ${next}`)}
      />
    </div>
  );
}

interface ListProps {
  type: ColumnType;
  values: Literal[];
  onChange: (values: Literal[]) => void;
}

function ListControl({ type, values, onChange }: ListProps) {
  const hint = useId();
  const numeric = isNumber(type.kind);
  const read = (text: string) => {
    const lines = text.split('\n');
    return numeric ? lines.map((line) => numberLiteral(line.trim())) : lines;
  };
  return (
    <div className="grid gap-1">
      <textarea
        aria-label="Values"
        aria-describedby={hint}
        rows={4}
        spellCheck={false}
        className="field w-full resize-y leading-normal"
        value={values.map(printLiteral).join('\n')}
        onChange={(event) => onChange(read(event.target.value))}
      />
      <span id={hint} className="text-xs text-ink-faint">
        One per line
      </span>
    </div>
  );
}

interface EnumProps {
  options: readonly string[];
  values: Literal[];
  onChange: (values: Literal[]) => void;
}

function EnumControl({ options, values, onChange }: EnumProps) {
  const chosen = new Set(values.map(printLiteral));
  const toggle = (option: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(option);
    else next.delete(option);
    onChange(options.filter((each) => next.has(each)));
  };
  return (
    <fieldset className="max-h-52 overflow-y-auto rounded-[7px] border border-line px-2.5 py-1">
      <legend className="sr-only">Values</legend>
      {options.map((option) => (
        <CheckField
          key={option}
          label={option}
          checked={chosen.has(option)}
          onChange={(on) => toggle(option, on)}
        />
      ))}
    </fieldset>
  );
}
