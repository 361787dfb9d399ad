import clsx from 'clsx';
import { Maximize2 } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Cell } from '@/api/types';
import { CellValue } from '@/components/cell-value';
import { isRightAligned } from '@/lib/values';
import type { PlacedColumn } from './model/column-layout';
import { ROW_HEIGHT } from './hooks/use-virtual-scroll';

export const SELECT_WIDTH = 60;

/** Where the values of a row stand in the answer, and where its foreign keys lead. */
export interface RowReader {
  value: (row: Cell[], column: string) => Cell;
  href: (row: Cell[], column: string) => string | undefined;
}

interface GridRowProps {
  gridId: string;
  index: number;
  top: number;
  row: Cell[] | undefined;
  reader: RowReader;
  pinned: readonly PlacedColumn[];
  free: readonly PlacedColumn[];
  /** Pixels of free columns left of the first rendered one. */
  gap: number;
  width: number;
  keyed: boolean;
  selectable: boolean;
  selected: boolean;
  opened: boolean;
  /** The active cell's position in the row, with the checkbox as 0 where there is one; -1 for none. */
  active: number;
}

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { gridId, index, top, row, reader, pinned, free, gap, width, keyed, selectable, selected } = props;
  const { opened, active } = props;
  if (row === undefined) return <Placeholder index={index} top={top} width={width} />;
  const first = keyed ? 1 : 0;
  const ground = selected || opened ? 'bg-selected' : 'bg-canvas group-hover:bg-sunken';

  const cell = ({ column, index: position, width: cellWidth }: PlacedColumn): ReactNode => (
    <div
      key={column.name}
      id={`${gridId}-${index}-${position + first}`}
      role="gridcell"
      aria-colindex={position + first + 1}
      data-col={position + first}
      className={clsx(
        'h-full shrink-0 truncate border-b border-line px-2.5 leading-[31px]',
        isRightAligned(column) && 'text-right tabular-nums',
        active === position + first && 'cell-active',
        ground,
      )}
      style={{ width: cellWidth }}
    >
      <CellValue
        value={reader.value(row, column.name)}
        column={column}
        href={reader.href(row, column.name)}
        inGrid
      />
    </div>
  );

  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      data-row={index}
      className="group absolute left-0 flex contain-strict"
      style={{ top, width, height: ROW_HEIGHT }}
    >
      <div role="presentation" className="sticky left-0 z-1 flex">
        {keyed && (
          <div
            id={`${gridId}-${index}-0`}
            role="gridcell"
            aria-colindex={1}
            data-col={0}
            className={clsx(
              'flex h-full shrink-0 items-center border-b border-line pl-3',
              active === 0 && 'cell-active',
              ground,
            )}
            style={{ width: SELECT_WIDTH }}
          >
            {selectable && (
              // What is around the box counts as the box: fingers are wide.
              <span data-action="select" className="-ml-3 flex h-full items-center pr-1 pl-3">
                <input
                  type="checkbox"
                  tabIndex={-1}
                  readOnly
                  checked={selected}
                  aria-label={`Select row ${index + 1}`}
                  className="size-4 accent-accent"
                />
              </span>
            )}
            <button
              type="button"
              tabIndex={-1}
              aria-label={`Open row ${index + 1}`}
              data-action="open"
              className={clsx(
                'flex size-6 items-center justify-center rounded text-ink-faint hover:bg-hover hover:text-ink',
                opened || active >= 0
                  ? 'opacity-100'
                  : 'opacity-0 group-hover:opacity-100 pointer-coarse:opacity-100',
              )}
            >
              <Maximize2 aria-hidden className="size-3.5" />
            </button>
          </div>
        )}
        {pinned.map(cell)}
        <div aria-hidden className={clsx('w-px', (pinned.length > 0 || keyed) && 'bg-line')} />
      </div>
      <div role="presentation" className="shrink-0" style={{ width: gap }} />
      {free.map(cell)}
      <div role="presentation" className={clsx('flex-1 border-b border-line', ground)} />
    </div>
  );
});

interface PlaceholderProps {
  index: number;
  top: number;
  width: number;
}

/** A row that is on its way: one element, because a fast scroll draws a thousand of them in a second. */
function Placeholder({ index, top, width }: PlaceholderProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-row={index}
      className="absolute left-0 contain-strict"
      style={{ top, width, height: ROW_HEIGHT }}
    >
      <div
        role="gridcell"
        aria-colindex={1}
        aria-label="Loading"
        className="placeholder-row h-full border-b border-line"
      />
    </div>
  );
}
