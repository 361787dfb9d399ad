import { X } from 'lucide-react';
import { useState } from 'react';
import { InPlace, lazyComponent } from '@/components/lazy';
import { Popover } from '@/components/popover';
import type { Condition } from '@/api/filter';
import { describeFilter, type FilterItem, type FilterModel, operatorSign, printValues } from '@/lib/filter'; // prettier-ignore
import type { ValueColumn } from '@/lib/values';

const FilterEditor = lazyComponent(() => import('./filter-editor'));

interface FilterChipsProps {
  model: FilterModel;
  columns: readonly ValueColumn[];
  onChange: (model: FilterModel) => void;
}

export function FilterChips({ model, columns, onChange }: FilterChipsProps) {
  const put = (index: number, item: FilterItem | undefined) =>
    onChange({
      ...model,
      items: model.items.flatMap((each, at) => (at === index ? (item ? [item] : []) : [each])),
    });
  return model.items.map((item, index) => (
    <div key={index} className="flex shrink-0 items-center gap-1.5">
      {index > 0 && (
        <button
          type="button"
          title={
            model.join === 'and'
              ? 'All filters must match. Click to match any of them.'
              : 'Any filter may match. Click to match all of them.'
          }
          aria-label={`Filters joined by “${model.join}”: change to “${model.join === 'and' ? 'or' : 'and'}”`}
          onClick={() => onChange({ ...model, join: model.join === 'and' ? 'or' : 'and' })}
          className="rounded px-1 py-1 text-xs text-ink-soft hover:bg-hover hover:text-ink"
        >
          {model.join}
        </button>
      )}
      <Chip item={item} columns={columns} onChange={(next) => put(index, next)} />
    </div>
  ));
}

interface ChipProps {
  item: FilterItem;
  columns: readonly ValueColumn[];
  onChange: (item: FilterItem | undefined) => void;
}

function Chip({ item, columns, onChange }: ChipProps) {
  const [open, setOpen] = useState(false);
  const label = (name: string) => columns.find((column) => column.name === name)?.label ?? name;
  const text =
    item.type === 'opaque'
      ? describeFilter(item.filter)
      : item.conditions.map((each) => describe(each, label)).join(` ${item.join} `);
  const remove = () => {
    setOpen(false);
    onChange(undefined);
  };

  return (
    <div className="flex h-8 max-w-80 items-center rounded-[7px] border border-line bg-accent-soft text-[13px] text-accent-text pointer-coarse:h-10">
      {item.type === 'opaque' ? (
        <span className="truncate pl-2.5" title={text}>
          {text}
        </span>
      ) : (
        <Popover
          open={open}
          onOpenChange={setOpen}
          label="Edit the filter"
          className="w-[min(400px,calc(100vw-16px))]"
          trigger={
            <button
              type="button"
              className="h-full min-w-0 truncate rounded-l-[6px] pl-2.5 text-left hover:underline"
              title={text}
            >
              {text}
            </button>
          }
        >
          <InPlace waiting={<div className="h-36" />}>
            <FilterEditor
              columns={columns}
              conditions={item.conditions}
              join={item.join}
              onApply={(join, conditions) => {
                setOpen(false);
                onChange({ type: 'conditions', join, conditions });
              }}
              onRemove={remove}
            />
          </InPlace>
        </Popover>
      )}
      <button
        type="button"
        aria-label={`Remove the filter ${text}`}
        onClick={remove}
        className="ml-0.5 flex h-full w-7 shrink-0 items-center justify-center rounded-r-[6px] hover:bg-hover pointer-coarse:w-9"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </div>
  );
}

function describe(condition: Condition, label: (name: string) => string): string {
  return [label(condition.column), operatorSign(condition.op), printValues(condition)]
    .filter(Boolean)
    .join(' ');
}
