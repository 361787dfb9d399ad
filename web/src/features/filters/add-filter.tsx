import { ListFilter } from 'lucide-react';
import { Button } from '@/components/button';
import { InPlace, lazyComponent } from '@/components/lazy';
import { Popover } from '@/components/popover';
import type { Condition } from '@/api/filter';
import type { Join } from '@/lib/filter';
import type { ValueColumn } from '@/lib/values';

const FilterEditor = lazyComponent(() => import('./filter-editor'));

interface AddFilterProps {
  columns: readonly ValueColumn[];
  open: boolean;
  /** The column to begin with, when it was chosen elsewhere. */
  column: string | undefined;
  onOpenChange: (open: boolean) => void;
  onAdd: (join: Join, conditions: Condition[]) => void;
}

export function AddFilter({ columns, open, column, onOpenChange, onAdd }: AddFilterProps) {
  return (
    <Popover
      open={open}
      onOpenChange={onOpenChange}
      label="Add a filter"
      className="w-[min(400px,calc(100vw-16px))]"
      trigger={
        <Button aria-label="Filter" className="max-md:w-10 max-md:px-0">
          <ListFilter aria-hidden />
          <span className="max-md:hidden">Filter</span>
        </Button>
      }
    >
      <InPlace waiting={<div className="h-72" />}>
        <FilterEditor
          key={column ?? ''}
          columns={columns}
          conditions={[]}
          join="or"
          startColumn={column}
          onApply={(join, conditions) => {
            onOpenChange(false);
            onAdd(join, conditions);
          }}
        />
      </InPlace>
    </Popover>
  );
}
