import { useQuery } from '@tanstack/react-query';
import { usersQuery } from '@/api/access';
import { Field, Select, TextInput } from '@/components/field';
import { datasetValue, useDatasetOptions } from '@/hooks/use-dataset-options';
import { usePermission } from '@/hooks/use-current-user';
import { useTyped } from '@/hooks/use-typed';
import type { AuditEvent } from './audit';
import type { AuditFilters } from './filters';
import { ACTION_KINDS, actorName } from './event-text';

interface AuditFiltersProps {
  filters: AuditFilters;
  /** The events that are shown: users who may not list people choose among their actors. */
  events: readonly AuditEvent[];
  onFilters: (filters: AuditFilters, options?: { replace?: boolean }) => void;
}

interface Option {
  value: string;
  label: string;
}

/** What the address asks for may be none of the options: then it becomes one. */
function withCurrent(options: readonly Option[], value: string): readonly Option[] {
  return options.some((option) => option.value === value) ? options : [...options, { value, label: value }];
}

export function AuditFilterBar({ filters, events, onFilters }: AuditFiltersProps) {
  const people = usePeople(events);
  const datasets = useDatasetOptions();
  const { source, dataset, ...rest } = filters;
  const chosen = source !== undefined && dataset !== undefined ? datasetValue({ source, dataset }) : '';
  const put = (name: keyof AuditFilters, value: string, options?: { replace?: boolean }) => {
    const others = Object.fromEntries(Object.entries(filters).filter(([each]) => each !== name));
    onFilters({ ...others, ...(value !== '' && { [name]: value }) }, options);
  };
  const putDataset = (value: string) => {
    const found = datasets.find((each) => each.value === value);
    onFilters(found ? { ...rest, ...found.ref } : rest);
  };
  return (
    <div
      role="search"
      aria-label="Audit filters"
      className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6"
    >
      <Field label="What">
        <Select
          value={filters.action ?? ''}
          options={withCurrent(ACTION_KINDS, filters.action ?? '')}
          onChange={(value) => put('action', value)}
        />
      </Field>
      <Field label="Who">
        <Select
          value={filters.person ?? ''}
          options={withCurrent([{ value: '', label: 'Everyone' }, ...people], filters.person ?? '')}
          onChange={(value) => put('person', value)}
        />
      </Field>
      <Field label="From">
        <TextInput
          type="date"
          value={filters.from ?? ''}
          onChange={(event) => put('from', event.target.value)}
        />
      </Field>
      <Field label="To">
        <TextInput type="date" value={filters.to ?? ''} onChange={(event) => put('to', event.target.value)} />
      </Field>
      <Field label="Dataset">
        <Select
          value={chosen}
          options={withCurrent([{ value: '', label: 'All datasets' }, ...datasets], chosen)}
          onChange={putDataset}
        />
      </Field>
      <SearchField
        value={filters.search ?? ''}
        onChange={(value) => put('search', value, { replace: true })}
      />
    </div>
  );
}

/** The people that the user may list, and the actors of the events. */
function usePeople(events: readonly AuditEvent[]): Option[] {
  const users = useQuery({ ...usersQuery, enabled: usePermission('admin') }).data ?? [];
  const people = new Map(users.map((user) => [`user:${user.id}`, user.name]));
  for (const event of events) if (!people.has(event.principal)) people.set(event.principal, actorName(event));
  return [...people]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** What is typed takes effect when the typing rests. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useTyped(value, onChange);
  return (
    <Field label="Search">
      <TextInput
        role="searchbox"
        placeholder="Name, address or id"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text);
        }}
      />
    </Field>
  );
}
