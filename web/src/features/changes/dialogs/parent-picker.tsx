import { Combobox } from '@base-ui/react/combobox';
import { useQuery } from '@tanstack/react-query';
import { Check, ChevronDown } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { datasetId, datasetQuery } from '@/api/queries';
import type { Dataset, ForeignKey } from '@/api/types';
import { ProblemNotice } from '@/components/problem-notice';
import { useDebounced } from '@/hooks/use-debounced';
import { labelColumns, noParent, OFFERED, type Parent, parentsQuery } from '../model/parents';

interface ParentPickerProps {
  source: string;
  /** The dataset whose rows refer to others. */
  dataset: Dataset;
  reference: ForeignKey;
  /** Whether its rows may refer to none. */
  nullable: boolean;
  chosen: Parent | undefined;
  onChange: (chosen: Parent | undefined) => void;
  /** What stands there where the other dataset cannot be shown. */
  instead: ReactNode;
}

/** Searches the dataset that a reference leads to, for the row to refer to. */
export function ParentPicker({ source, reference, instead, ...rest }: ParentPickerProps) {
  const parent = useQuery(datasetQuery({ source, dataset: datasetId(reference.references) }));
  if (parent.isError) return instead;
  if (!parent.data) return <span aria-busy="true" className="skeleton h-8 flex-1 self-end" />;
  return <Picker source={source} reference={reference} parent={parent.data} {...rest} />;
}

interface PickerProps extends Omit<ParentPickerProps, 'instead'> {
  parent: Dataset;
}

function Picker({ source, dataset, reference, parent, nullable, chosen, onChange }: PickerProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const search = useDebounced(typed.trim(), 250);
  const labels = labelColumns(dataset, reference, parent);
  const found = useQuery({ ...parentsQuery(source, reference, labels, search), enabled: open });
  const searching = found.isFetching || typed.trim() !== search;
  const parents = found.data?.parents ?? [];
  const items = nullable && typed.trim() === '' ? [noParent(reference), ...parents] : parents;
  const name = `New ${parent.label}`;

  return (
    <Combobox.Root
      items={items}
      filter={null}
      value={chosen ?? null}
      onValueChange={(next: Parent | null) => onChange(next ?? undefined)}
      isItemEqualToValue={(item: Parent, value: Parent) => item.id === value.id}
      itemToStringLabel={nameOf}
      open={open}
      onOpenChange={setOpen}
      // What stands there because it was chosen is no search.
      onInputValueChange={(text, { reason }) => setTyped(reason === 'input-change' ? text : '')}
      autoHighlight
    >
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <label htmlFor={id} className="truncate text-xs font-medium text-ink-soft">
          {name}
        </label>
        <Combobox.InputGroup className="relative flex">
          <Combobox.Input
            id={id}
            placeholder={`Search ${parent.label}`}
            autoComplete="off"
            spellCheck={false}
            className="field w-full pr-8"
          />
          <Combobox.Trigger
            aria-label={`Show rows of ${parent.label}`}
            className="absolute inset-y-0 right-0 flex w-8 items-center justify-center text-ink-soft pointer-coarse:w-10"
          >
            <ChevronDown aria-hidden className="size-4" />
          </Combobox.Trigger>
        </Combobox.InputGroup>
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} collisionPadding={8} className="z-60">
          <Combobox.Popup
            // A landmark, as nothing else around it is.
            role="region"
            aria-label={`Rows of ${parent.label}`}
            aria-busy={searching}
            className="popup flex max-h-[min(var(--available-height),320px)] w-(--anchor-width) min-w-64 max-w-(--available-width) flex-col overflow-hidden"
          >
            <Combobox.List
              aria-label={`Rows of ${parent.label}`}
              className="min-h-0 overflow-y-auto overscroll-contain p-1 empty:p-0"
            >
              {(item: Parent) => (
                <Combobox.Item
                  key={item.id}
                  value={item}
                  // What the last search found is not what Enter is to take.
                  disabled={searching && item.id !== 'none'}
                  className="flex min-h-8 items-center gap-2 rounded-md px-2.5 py-1 text-[13px] outline-none select-none data-disabled:opacity-60 data-highlighted:bg-hover pointer-coarse:min-h-10"
                >
                  <span
                    className={
                      item.id === 'none' ? 'min-w-0 flex-1 text-ink-soft' : 'min-w-0 flex-1 truncate'
                    }
                  >
                    {item.label}
                  </span>
                  {item.key !== '' && (
                    <span className="max-w-[45%] truncate font-mono text-xs text-ink-soft">{item.key}</span>
                  )}
                  <Combobox.ItemIndicator className="text-accent-text">
                    <Check aria-hidden className="size-4" />
                  </Combobox.ItemIndicator>
                </Combobox.Item>
              )}
            </Combobox.List>
            {found.isError && (
              <div className="p-2">
                <ProblemNotice compact error={found.error} />
              </div>
            )}
            <Combobox.Empty className="text-[13px] text-ink-soft not-empty:px-3 not-empty:py-2.5">
              {!searching && !found.isError && emptyText(parent.label, search)}
            </Combobox.Empty>
            <Combobox.Status className="text-xs text-ink-soft not-empty:px-3 not-empty:py-2">
              {searching && 'Searching…'}
              {!searching && found.data?.more && `First ${OFFERED} rows. Type to narrow down.`}
            </Combobox.Status>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}

function nameOf({ label, key }: Parent): string {
  return key === '' ? label : `${label} (${key})`;
}

function emptyText(label: string, search: string): string {
  return search === '' ? `${label} has no rows.` : `Nothing in ${label} matches “${search}”.`;
}
