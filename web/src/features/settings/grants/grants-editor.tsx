import { Plus, Trash2, X } from 'lucide-react';
import type { Grant } from '@/api/access';
import type { Permission } from '@/api/session';
import { Button } from '@/components/button';
import { CheckField } from '@/components/checkbox';
import { isAvailable, oddPatterns, OFFERED, widerThan, WILDCARDS, withPattern } from './grants';
import { PatternSelect } from './pattern-select';
import { useDatasetPatterns } from './use-datasets';
import { PERMISSION_LABELS } from './permission-labels';

interface GrantsEditorProps {
  grants: readonly Grant[];
  /** Which permissions are offered, of those that are there; all of them unless said. */
  offered?: readonly Permission[];
  readOnly?: boolean;
  onChange: (grants: Grant[]) => void;
}

export const NEW_GRANT: Grant = { permissions: ['records.read'], datasets: ['*'] };

/** What is allowed where. What any of them allows is allowed. */
export function GrantsEditor({ grants, offered, readOnly = false, onChange }: GrantsEditorProps) {
  return (
    <div className="grid gap-3">
      {grants.map((grant, index) => (
        <GrantCard
          // They have no names, and stay in their order.
          key={index}
          number={grants.length > 1 ? index + 1 : undefined}
          grant={grant}
          offered={offered?.filter(isAvailable) ?? OFFERED}
          readOnly={readOnly}
          onChange={(next) => onChange(grants.map((each, at) => (at === index ? next : each)))}
          onRemove={
            readOnly || grants.length === 1
              ? undefined
              : () => onChange(grants.filter((_, at) => at !== index))
          }
        />
      ))}
      {!readOnly && (
        <Button small className="justify-self-start" onClick={() => onChange([...grants, NEW_GRANT])}>
          <Plus aria-hidden />
          {grants.length === 0 ? 'Add permissions' : 'Add permission rule'}
        </Button>
      )}
    </div>
  );
}

interface GrantCardProps {
  number: number | undefined;
  grant: Grant;
  offered: readonly Permission[];
  readOnly: boolean;
  onChange: (grant: Grant) => void;
  onRemove: (() => void) | undefined;
}

function GrantCard({ number, grant, offered, readOnly, onChange, onRemove }: GrantCardProps) {
  const { permissions, datasets } = grant;
  const put = (pattern: string, on: boolean) =>
    onChange({ ...grant, permissions: withPattern(permissions, pattern, on) });
  const check = (word: Permission | (typeof WILDCARDS)[number]) => {
    const wider = widerThan(permissions, word);
    return (
      <CheckField
        key={word}
        label={PERMISSION_LABELS[word].label}
        hint={PERMISSION_LABELS[word].hint}
        checked={wider !== undefined || permissions.includes(word)}
        disabled={readOnly || wider !== undefined}
        onChange={(on) => put(word, on)}
      />
    );
  };
  const ofRows = offered.filter((word) => word.startsWith('records.'));
  const others = offered.filter((word) => !word.startsWith('records.'));
  return (
    <fieldset className="rounded-lg border border-line p-3">
      <legend className="sr-only">
        {number === undefined ? 'Permission rule' : `Permission rule ${number}`}
      </legend>
      <div className="flex items-start gap-2">
        <DatasetChips
          datasets={datasets}
          readOnly={readOnly}
          onChange={(next) => onChange({ ...grant, datasets: next })}
        />
        {onRemove && (
          <Button
            small
            look="ghost"
            icon
            aria-label="Remove this rule"
            title="Remove this rule"
            onClick={onRemove}
          >
            <Trash2 aria-hidden />
          </Button>
        )}
      </div>
      <div className="mt-2 grid gap-x-6 sm:grid-cols-2">
        <div className="sm:col-span-2">{check('*')}</div>
        <fieldset>
          <legend className="pt-2 text-xs font-medium text-ink-soft">Row permissions</legend>
          {check('records.*')}
          {ofRows.map(check)}
        </fieldset>
        {others.length > 0 && (
          <fieldset>
            <legend className="pt-2 text-xs font-medium text-ink-soft">Workspace permissions</legend>
            {others.map(check)}
          </fieldset>
        )}
        {oddPatterns(permissions).map((pattern) => (
          <CheckField
            key={pattern}
            label={pattern}
            hint="Custom pattern"
            checked
            disabled={readOnly}
            onChange={() => put(pattern, false)}
          />
        ))}
      </div>
    </fieldset>
  );
}

interface DatasetChipsProps {
  datasets: readonly string[];
  readOnly: boolean;
  onChange: (datasets: string[]) => void;
}

function DatasetChips({ datasets, readOnly, onChange }: DatasetChipsProps) {
  const options = useDatasetPatterns();
  const labelOf = (pattern: string) => options.find(({ value }) => value === pattern)?.label ?? pattern;
  return (
    <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-[minmax(0,1fr)_220px]">
      <ul aria-label="Datasets" className="flex min-h-8 min-w-0 flex-wrap items-center gap-1.5">
        {datasets.map((pattern) => (
          <li
            key={pattern}
            title={pattern}
            className="flex h-7 min-w-0 items-center rounded-[7px] bg-accent-soft pr-1 pl-2.5 text-[13px] text-accent-text"
          >
            <span className="truncate">{labelOf(pattern)}</span>
            {readOnly ? (
              <span className="w-1.5" />
            ) : (
              <button
                type="button"
                aria-label={`Remove “${labelOf(pattern)}”`}
                onClick={() => onChange(datasets.filter((each) => each !== pattern))}
                className="ml-0.5 flex size-6 shrink-0 items-center justify-center rounded hover:bg-hover"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            )}
          </li>
        ))}
        {datasets.length === 0 && <li className="text-[13px] text-danger">Choose a dataset</li>}
      </ul>
      {!readOnly && (
        <PatternSelect
          // Chosen ones become chips, and the choice begins anew.
          key={datasets.join('\n')}
          label="Add a dataset"
          placeholder="Add a dataset…"
          value=""
          options={options.filter(({ value }) => !datasets.includes(value))}
          onChange={(pattern) =>
            // Beside all of them, single ones say nothing.
            onChange(
              pattern === '*'
                ? ['*']
                : [...datasets.filter((each) => each !== '*' && each !== pattern), pattern],
            )
          }
        />
      )}
    </div>
  );
}
