import clsx from 'clsx';
import { ArrowDown, ArrowUp, ChevronDown, Lock } from 'lucide-react';
import type { MouseEvent, PointerEvent } from 'react';
import type { Sort } from '@/api/types';
import { MASKED } from '@/components/cell-value';
import { isRightAligned, type ValueColumn } from '@/lib/values';
import { MAX_WIDTH, MIN_WIDTH, type PlacedColumn } from './model/column-layout';
import { SELECT_WIDTH } from './grid-row';
import { HEADER_HEIGHT } from './hooks/use-virtual-scroll';

export interface HeaderActions {
  sort: (column: ValueColumn, add: boolean) => void;
  menu: (column: ValueColumn, anchor: Element) => void;
  resize: (column: ValueColumn, width: number) => void;
  fit: (column: ValueColumn) => void;
  move: (column: string, before: string) => void;
}

interface GridHeaderProps {
  gridId: string;
  pinned: readonly PlacedColumn[];
  free: readonly PlacedColumn[];
  gap: number;
  width: number;
  keyed: boolean;
  selectable: boolean;
  sort: readonly Sort[];
  active: number;
  someSelected: boolean;
  allSelected: boolean;
  onSelectVisible: () => void;
  actions: HeaderActions;
}

export function GridHeader(props: GridHeaderProps) {
  const { gridId, pinned, free, gap, width, keyed, sort, active, actions } = props;
  const first = keyed ? 1 : 0;
  const cell = (placed: PlacedColumn) => (
    <HeaderCell
      key={placed.column.name}
      id={`${gridId}-h-${placed.index + first}`}
      position={placed.index + first}
      placed={placed}
      sort={sort}
      active={active === placed.index + first}
      actions={actions}
    />
  );
  return (
    <div role="rowgroup" className="sticky top-0 z-2" style={{ width }}>
      <div role="row" aria-rowindex={1} className="flex" style={{ height: HEADER_HEIGHT }}>
        <div role="presentation" className="sticky left-0 z-2 flex">
          {keyed && (
            <div
              id={`${gridId}-h-0`}
              role="columnheader"
              aria-colindex={1}
              aria-label="Selection"
              className={clsx(
                'flex h-full shrink-0 items-center border-b border-line bg-sunken pl-3',
                active === 0 && 'cell-active',
              )}
              style={{ width: SELECT_WIDTH }}
            >
              {props.selectable ? (
                <input
                  type="checkbox"
                  tabIndex={-1}
                  checked={props.allSelected}
                  ref={(element) => {
                    if (element) element.indeterminate = props.someSelected && !props.allSelected;
                  }}
                  onChange={props.onSelectVisible}
                  aria-label="Select visible rows"
                  className="size-4 accent-accent"
                />
              ) : (
                <span className="sr-only">Rows</span>
              )}
            </div>
          )}
          {pinned.map(cell)}
          <div aria-hidden className={clsx('w-px', (pinned.length > 0 || keyed) && 'bg-line')} />
        </div>
        <div role="presentation" className="shrink-0" style={{ width: gap }} />
        {free.map(cell)}
        <div role="presentation" className="flex-1 border-b border-line bg-sunken" />
      </div>
    </div>
  );
}

interface HeaderCellProps {
  id: string;
  position: number;
  placed: PlacedColumn;
  sort: readonly Sort[];
  active: boolean;
  actions: HeaderActions;
}

const DRAGGED = 'application/x-rowport-column';

function HeaderCell({ id, position, placed: { column, width }, sort, active, actions }: HeaderCellProps) {
  const rank = sort.findIndex((entry) => entry.column === column.name);
  const entry = sort[rank];
  const Arrow = entry?.descending ? ArrowDown : ArrowUp;
  const right = isRightAligned(column);

  return (
    // The grid has the keyboard: `aria-activedescendant` tells which header it is on.
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="columnheader"
      aria-colindex={position + 1}
      aria-sort={entry ? (entry.descending ? 'descending' : 'ascending') : 'none'}
      data-column={column.name}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED, column.name);
        event.dataTransfer.effectAllowed = 'move';
      }}
      onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        actions.move(event.dataTransfer.getData(DRAGGED), column.name);
      }}
      className={clsx(
        'group/head relative flex h-full shrink-0 items-center border-b border-line bg-sunken',
        active && 'cell-active',
      )}
      style={{ width }}
    >
      <button
        type="button"
        tabIndex={-1}
        title={headerTitle(column)}
        onClick={(event: MouseEvent) => actions.sort(column, event.shiftKey)}
        className={clsx(
          'flex h-full min-w-0 flex-1 items-center gap-1 pl-2.5 text-[12px] font-semibold text-ink-soft hover:text-ink',
          right && 'justify-end',
        )}
      >
        {column.masked && <Lock role="img" aria-label="Masked" className="size-3 shrink-0" />}
        <span className="truncate">{column.label}</span>
        {entry && (
          <span className="flex shrink-0 items-center text-accent-text">
            <Arrow aria-hidden className="size-3.5" />
            {sort.length > 1 && <span className="text-[11px]">{rank + 1}</span>}
          </span>
        )}
      </button>
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Column ${column.label}: menu`}
        aria-haspopup="menu"
        onClick={(event) => actions.menu(column, event.currentTarget)}
        className="mr-1 flex size-6 shrink-0 items-center justify-center rounded text-ink-faint group-hover/head:text-ink-soft hover:bg-hover pointer-coarse:size-7"
      >
        <ChevronDown aria-hidden className="size-3.5" />
      </button>
      <ResizeHandle column={column} width={width} actions={actions} />
    </div>
  );
}

function headerTitle({ label, name, masked }: ValueColumn): string {
  const names = label === name ? name : `${label} (${name})`;
  return masked ? `${names}. ${MASKED}.` : names;
}

interface ResizeHandleProps {
  column: ValueColumn;
  width: number;
  actions: HeaderActions;
}

/** For the mouse; the column's menu changes the width by keyboard. */
function ResizeHandle({ column, width, actions }: ResizeHandleProps) {
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget;
    const from = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const onMove = (move: globalThis.PointerEvent) =>
      actions.resize(
        column,
        Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width + move.clientX - from))),
      );
    const onUp = () => {
      handle.removeEventListener('pointermove', onMove);
      handle.removeEventListener('pointerup', onUp);
      handle.removeEventListener('pointercancel', onUp);
    };
    handle.addEventListener('pointermove', onMove);
    handle.addEventListener('pointerup', onUp);
    handle.addEventListener('pointercancel', onUp);
  };
  return (
    <div
      aria-hidden
      data-resize={column.name}
      onPointerDown={onPointerDown}
      onMouseDown={(event) => event.preventDefault()}
      onDoubleClick={() => actions.fit(column)}
      className="absolute top-0 -right-1 z-1 h-full w-2 cursor-col-resize touch-none after:absolute after:inset-y-2 after:left-[3px] after:w-px after:bg-line hover:after:inset-y-0 hover:after:w-0.5 hover:after:bg-accent"
    />
  );
}
