import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { datasetQuery } from '@/api/queries';
import type { ColumnRule } from '@/api/access';
import { Button } from '@/components/button';
import { Select, TextInput } from '@/components/field';
import { PatternSelect } from '../grants/pattern-select';
import { datasetOf, type PatternOption, useDatasetPatterns } from '../grants/use-datasets';

interface ColumnRulesProps {
  rules: readonly ColumnRule[];
  readOnly: boolean;
  onChange: (rules: ColumnRule[]) => void;
}

/** One line for each column that a role keeps from people. */
export function ColumnRules({ rules, readOnly, onChange }: ColumnRulesProps) {
  const options = useDatasetPatterns();
  const add = () =>
    // One rule is often followed by another for the same dataset.
    onChange([...rules, { dataset: rules.at(-1)?.dataset ?? '', column: '', effect: 'hidden' }]);
  return (
    <fieldset disabled={readOnly}>
      <legend className="sr-only">Columns</legend>
      <ul className="grid gap-2">
        {rules.map((rule, index) => (
          <Rule
            // They have no names, and stay in their order.
            key={index}
            number={index + 1}
            rule={rule}
            options={options}
            onChange={(next) => onChange(rules.map((each, at) => (at === index ? next : each)))}
            onRemove={() => onChange(rules.filter((_, at) => at !== index))}
          />
        ))}
      </ul>
      {!readOnly && (
        <Button small className="mt-2" onClick={add}>
          <Plus aria-hidden />
          {rules.length === 0 ? 'Restrict a column' : 'Add column'}
        </Button>
      )}
    </fieldset>
  );
}

interface RuleProps {
  number: number;
  rule: ColumnRule;
  options: readonly PatternOption[];
  onChange: (rule: ColumnRule) => void;
  onRemove: () => void;
}

const EFFECTS = [
  { value: 'hidden', label: 'Hidden' },
  { value: 'masked', label: 'Masked' },
] as const;

function Rule({ number, rule, options, onChange, onRemove }: RuleProps) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] gap-2 max-sm:border-b max-sm:border-line max-sm:pb-2 sm:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_110px_auto]">
      <div className="max-sm:col-span-3">
        <PatternSelect
          label={`Rule ${number}: dataset`}
          placeholder="Choose a dataset…"
          value={rule.dataset}
          options={options}
          onChange={(dataset) => onChange({ ...rule, dataset, column: '' })}
        />
      </div>
      <ColumnChoice
        label={`Rule ${number}: column`}
        pattern={rule.dataset}
        value={rule.column}
        onChange={(column) => onChange({ ...rule, column })}
      />
      <Select
        aria-label={`Rule ${number}: effect`}
        value={rule.effect}
        options={EFFECTS}
        onChange={(effect) => onChange({ ...rule, effect })}
      />
      <Button look="ghost" icon aria-label={`Remove rule ${number}`} onClick={onRemove}>
        <Trash2 aria-hidden />
      </Button>
    </li>
  );
}

interface ColumnChoiceProps {
  label: string;
  pattern: string;
  value: string;
  onChange: (column: string) => void;
}

/** The columns that the dataset has; any name where the pattern stands for several datasets. */
function ColumnChoice({ label, pattern, value, onChange }: ColumnChoiceProps) {
  const ref = datasetOf(pattern);
  const dataset = useQuery({
    ...datasetQuery(ref ?? { source: '', dataset: '' }),
    enabled: ref !== undefined,
  });
  if (!ref || dataset.isError) {
    return (
      <TextInput
        aria-label={label}
        placeholder="Column"
        maxLength={200}
        className="w-full"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const columns = [...(dataset.data?.columns ?? []), ...(dataset.data?.lookups ?? [])];
  return (
    <Select
      aria-label={label}
      className="w-full"
      value={value}
      options={[
        ...(value === '' ? [{ value: '', label: dataset.data ? 'Choose a column…' : 'Loading…' }] : []),
        // A column that no longer exists, or that the user may not see.
        ...(value !== '' && columns.every(({ name }) => name !== value) ? [{ value, label: value }] : []),
        ...columns.map((column) => ({
          value: column.name,
          label: column.label === column.name ? column.name : `${column.label} (${column.name})`,
        })),
      ]}
      onChange={onChange}
    />
  );
}
