import { Plus, Trash2 } from 'lucide-react';
import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/button';
import { Select } from '@/components/field';
import { SearchList } from '@/components/search-list';
import type { Condition } from '@/api/filter';
import { type Join, operatorsFor, operatorLabel } from '@/lib/filter';
import { kindLabel, type ValueColumn } from '@/lib/values';
import { type Draft, draftFor, draftOf, finish, withOperator } from './draft';
import { ValueControl } from './value-control';

interface FilterEditorProps {
  columns: readonly ValueColumn[];
  /** What is edited; empty for a new filter, which begins with the choice of a column. */
  conditions: readonly Condition[];
  join: Join;
  startColumn?: string | undefined;
  onApply: (join: Join, conditions: Condition[]) => void;
  onRemove?: (() => void) | undefined;
}

const TEXT: ValueColumn['type'] = { kind: 'text' };

/** One condition, or several joined by *and* or *or*. */
export default function FilterEditor(props: FilterEditorProps) {
  const { columns, conditions, startColumn, onApply, onRemove } = props;
  const typeOf = (name: string) => columns.find((column) => column.name === name)?.type ?? TEXT;
  const [join, setJoin] = useState<Join>(conditions.length > 1 ? props.join : 'or');
  const [drafts, setDrafts] = useState<Draft[]>(() =>
    conditions.length > 0
      ? conditions.map(draftOf)
      : startColumn === undefined
        ? []
        : [draftFor(startColumn, typeOf(startColumn).kind)],
  );
  const [choosing, setChoosing] = useState(drafts.length === 0);
  const [problem, setProblem] = useState<string>();
  const form = useRef<HTMLFormElement>(null);

  // Once a column is chosen, its value comes next.
  useEffect(() => {
    if (choosing || !window.matchMedia('(pointer: fine)').matches) return;
    const values = [
      ...(form.current?.querySelectorAll<HTMLElement>('[data-value] :is(input, select, textarea)') ?? []),
    ];
    values.at(-1)?.focus();
  }, [choosing]);

  if (choosing) {
    return (
      <SearchList
        placeholder="Filter by column…"
        empty="No matching columns."
        items={columns.map((column) => ({
          id: column.name,
          label: column.label,
          keywords: column.name,
          detail: kindLabel(column),
        }))}
        onPick={({ id }) => {
          setDrafts([...drafts, draftFor(id, typeOf(id).kind)]);
          setChoosing(false);
        }}
      />
    );
  }

  const change = (draft: Draft) => {
    setDrafts(drafts.map((each) => (each.id === draft.id ? draft : each)));
    setProblem(undefined);
  };
  const apply = (event: SyntheticEvent): void => {
    event.preventDefault();
    const finished: Condition[] = [];
    for (const draft of drafts) {
      const result = finish(draft, typeOf(draft.column).kind);
      if (typeof result === 'string') return setProblem(result);
      finished.push(result);
    }
    onApply(join, finished);
  };

  return (
    <form ref={form} onSubmit={apply} className="flex min-h-0 flex-col" noValidate>
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto p-3">
        {drafts.map((draft, index) => (
          <div key={draft.id} className="grid gap-2">
            {index > 0 && <JoinLabel join={join} onChange={setJoin} fixed={index > 1} />}
            <DraftFields
              draft={draft}
              columns={columns}
              type={typeOf(draft.column)}
              onChange={change}
              onRemove={
                drafts.length > 1 ? () => setDrafts(drafts.filter((each) => each.id !== draft.id)) : undefined
              }
            />
          </div>
        ))}
        {problem !== undefined && (
          <p role="alert" className="text-[13px] text-danger">
            {problem}
          </p>
        )}
      </div>
      <div className="flex items-center gap-2 border-t border-line p-2">
        <Button small look="ghost" onClick={() => setChoosing(true)}>
          <Plus aria-hidden />
          {drafts.length > 1 ? 'Add condition' : 'Add OR condition'}
        </Button>
        <span className="flex-1" />
        {onRemove && (
          <Button small look="ghost" onClick={onRemove}>
            Remove
          </Button>
        )}
        <Button small look="primary" type="submit">
          Apply
        </Button>
      </div>
    </form>
  );
}

function JoinLabel({
  join,
  onChange,
  fixed,
}: {
  join: Join;
  onChange: (join: Join) => void;
  fixed: boolean;
}) {
  if (fixed) return <p className="text-xs font-medium text-ink-soft">{join}</p>;
  return (
    <Select
      aria-label="Match"
      className="w-40"
      value={join}
      options={[
        { value: 'or', label: 'or: match any' },
        { value: 'and', label: 'and: match all' },
      ]}
      onChange={onChange}
    />
  );
}

interface DraftFieldsProps {
  draft: Draft;
  columns: readonly ValueColumn[];
  type: ValueColumn['type'];
  onChange: (draft: Draft) => void;
  onRemove: (() => void) | undefined;
}

function DraftFields({ draft, columns, type, onChange, onRemove }: DraftFieldsProps) {
  const known = operatorsFor(type.kind);
  // An operator that came by link is kept, even where the page would not offer it.
  const operators = known.includes(draft.op) ? known : [draft.op, ...known];
  const names = columns.some((column) => column.name === draft.column)
    ? columns
    : [{ name: draft.column, label: draft.column, type }, ...columns];
  return (
    <div className="grid gap-2">
      <div className="flex gap-2">
        <Select
          aria-label="Column"
          className="min-w-0 flex-1"
          value={draft.column}
          options={names.map(({ name, label }) => ({ value: name, label }))}
          onChange={(name) => {
            const column = columns.find((each) => each.name === name);
            onChange({ ...draftFor(name, column?.type.kind ?? 'text'), id: draft.id });
          }}
        />
        <Select
          aria-label="Operator"
          className="min-w-0 flex-1"
          value={draft.op}
          options={operators.map((op) => ({ value: op, label: operatorLabel(op, type.kind) }))}
          onChange={(op) => onChange(withOperator(draft, op, type.kind))}
        />
        {onRemove && (
          <Button look="ghost" icon aria-label="Remove this condition" onClick={onRemove}>
            <Trash2 aria-hidden />
          </Button>
        )}
      </div>
      <div data-value className="grid empty:hidden">
        <ValueControl
          type={type}
          op={draft.op}
          values={draft.values}
          onChange={(values) => onChange({ ...draft, values })}
        />
      </div>
    </div>
  );
}
