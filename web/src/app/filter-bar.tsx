import { Columns3, Download } from 'lucide-react';
import { useState } from 'react';
import type { Dataset, DatasetRef } from '@/api/types';
import { Button } from '@/components/button';
import { InPlace, lazyComponent } from '@/components/lazy';
import { Popover } from '@/components/popover';
import { SearchBox } from '@/components/search-box';
import { AddFilter } from '@/features/filters/add-filter';
import { FilterChips } from '@/features/filters/filter-chips';
import type { ViewState } from '@/lib/address';
import { type FilterModel, fromModel, toModel } from '@/lib/filter';
import type { ValueColumn } from '@/lib/values';

const ColumnChooser = lazyComponent(() => import('@/features/columns/column-chooser'));

interface FilterBarProps {
  datasetRef: DatasetRef;
  dataset: Dataset;
  view: ViewState;
  columns: ReadonlyMap<string, ValueColumn>;
  shownNames: readonly string[];
  labelOf: (name: string) => string;
  /** The filter being added: open when set, with the column it begins with. */
  adding: { column: string | undefined } | undefined;
  onAdding: (adding: { column: string | undefined } | undefined) => void;
  onChange: (part: Partial<ViewState>, options?: { replace?: boolean }) => void;
  exportable: boolean;
  onExport: () => void;
}

export function FilterBar(props: FilterBarProps) {
  const { datasetRef, dataset, view, columns, shownNames, labelOf, adding, onAdding, onChange } = props;
  const [choosing, setChoosing] = useState(false);
  const model = toModel(view.filter);
  const all = [...columns.values()];
  const put = (next: FilterModel) => onChange({ filter: fromModel(next) });
  const chips = model.items.length > 0 && (
    <>
      <FilterChips model={model} columns={all} onChange={put} />
      <Button small look="ghost" onClick={() => onChange({ filter: undefined })}>
        Clear all
      </Button>
    </>
  );

  return (
    <div
      role="toolbar"
      aria-label="Filter and export"
      className="flex shrink-0 flex-wrap items-start gap-2 px-4 pb-3 max-md:px-3 max-md:pb-2"
    >
      <SearchBox
        label="Search in all text columns"
        value={view.search}
        onChange={(search) => onChange({ search }, { replace: view.search !== '' && search !== '' })}
      />
      <AddFilter
        columns={all.filter((column) => column.masked !== true)}
        open={adding !== undefined}
        column={adding?.column}
        onOpenChange={(open) => onAdding(open ? { column: undefined } : undefined)}
        onAdd={(join, conditions) =>
          put({ ...model, items: [...model.items, { type: 'conditions', join, conditions }] })
        }
      />
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2 max-md:hidden">{chips}</div>
      <Popover
        open={choosing}
        onOpenChange={setChoosing}
        align="end"
        label="Columns"
        className="w-80"
        trigger={
          <Button aria-label="Columns" className="max-md:w-10 max-md:px-0">
            <Columns3 aria-hidden />
            <span className="max-md:hidden">Columns</span>
          </Button>
        }
      >
        <InPlace waiting={<div className="h-96" />}>
          <ColumnChooser
            datasetRef={datasetRef}
            dataset={dataset}
            chosen={shownNames}
            labelOf={labelOf}
            onChange={(names) => onChange({ columns: names }, { replace: true })}
            onReset={() => onChange({ columns: undefined }, { replace: true })}
          />
        </InPlace>
      </Popover>
      {props.exportable && (
        <Button look="primary" onClick={props.onExport}>
          <Download aria-hidden />
          Export
        </Button>
      )}
      {chips && <div className="flex w-full items-center gap-2 overflow-x-auto pb-1 md:hidden">{chips}</div>}
    </div>
  );
}
