import {
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { Cell, Key, Sort } from '@/api/types';
import { useMedia } from '@/hooks/use-media';
import { copy } from '@/lib/clipboard';
import { copyText, formatValue, type ValueColumn } from '@/lib/values';
import { layOut, MAX_WIDTH, MIN_WIDTH, type PlacedColumn, stretch } from './model/column-layout';
import { GridHeader, type HeaderActions } from './grid-header';
import { GridRow, type RowReader, SELECT_WIDTH } from './grid-row';
import { type ColumnActions, HeaderMenu } from './header-menu';
import type { Pager, PagerState } from './model/pager';
import type { Selection } from '@/hooks/use-selection';
import { useDragSelection } from './hooks/use-drag-selection';
import { type ActiveCell, useGridKeys } from './hooks/use-grid-keys';
import { useGridSelection } from './hooks/use-grid-selection';
import type { useLayout } from './hooks/use-layout';
import { EXTRA_ROWS, ROW_HEIGHT, useSize, useVirtualScroll } from './hooks/use-virtual-scroll';

interface DataGridProps {
  label: string;
  columns: readonly ValueColumn[];
  layout: ReturnType<typeof useLayout>;
  pager: Pager;
  state: PagerState;
  reader: RowReader;
  keyed: boolean;
  keyOf: (row: Cell[]) => Key;
  sort: readonly Sort[];
  selection: Selection;
  openKey: string | undefined;
  /** Rows begin anew at the top whenever this changes. */
  resetKey: string;
  /** The rows are others whenever this changes, in whatever order. */
  viewKey: string;
  /** Whether rows can be selected. */
  selectable: boolean;
  onOpen: (key: Key) => void;
  onNavigate: (href: string) => void;
  onSort: (column: string, direction: 'up' | 'down' | 'none', add: boolean) => void;
  onFilter: (column: string) => void;
  onColumns: (names: string[]) => void;
  isSortable: (column: ValueColumn) => boolean;
  empty: ReactNode;
}

export function DataGrid(props: DataGridProps) {
  const { columns, layout, pager, state, reader, keyed, keyOf, sort, selection, openKey, resetKey } = props;
  const { viewKey, onOpen, onColumns, onSort } = props;
  const selectable = keyed && props.selectable;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<{ column: string; anchor: Element } | null>(null);
  const touch = useMedia('(pointer: coarse)');
  const narrow = useMedia('(max-width: 767px)');
  const first = keyed ? 1 : 0;
  const rows = state.total;

  const { pinned: pinnedNames, widthOf: wishedWidth, isFixed, resize } = layout;
  const size = useSize(scroller);
  const ordered = useMemo(() => {
    const pins = columns.filter((column) => pinnedNames.includes(column.name));
    // A phone keeps room for what scrolls.
    const shownPins = narrow ? pins.slice(0, 1) : pins;
    return {
      all: [...shownPins, ...columns.filter((column) => !shownPins.includes(column))],
      pinned: shownPins.length,
    };
  }, [columns, pinnedNames, narrow]);
  const room = size.width - (keyed ? SELECT_WIDTH : 0) - 1;
  const widthOf = useMemo(
    () => stretch(ordered.all, wishedWidth, room, isFixed),
    [ordered, wishedWidth, room, isFixed],
  );
  const placed = useMemo(() => layOut(ordered.all, ordered.pinned, widthOf), [ordered, widthOf]);
  const covered = placed.pinnedWidth + (keyed ? SELECT_WIDTH : 0) + 1;
  const width = Math.max(covered + placed.freeWidth, size.width);
  const { shown, track, pageRows, reveal, toTop } = useVirtualScroll({
    scroller,
    rows,
    layout: placed,
    size,
    covered,
  });
  const free = useMemo(() => placed.free.slice(shown.firstColumn, shown.lastColumn), [placed, shown]);
  const gap = free[0]?.left ?? 0;

  useEffect(() => {
    pager.setVisible(Math.max(0, shown.firstRow), Math.max(0, shown.lastRow));
  }, [pager, shown.firstRow, shown.lastRow]);

  const lastReset = useRef(resetKey);
  useEffect(() => {
    if (lastReset.current === resetKey) return;
    lastReset.current = resetKey;
    toTop();
  }, [resetKey, toTop]);

  const columnAt = useCallback(
    (position: number): PlacedColumn | undefined => {
      const index = position - first;
      return placed.pinned[index] ?? placed.free[index - placed.pinned.length];
    },
    [placed, first],
  );

  const rowsSelected = useGridSelection({ pager, rows, shown, keyOf, selection, selectable, viewKey });
  const { select } = rowsSelected;

  const open = (index: number) => {
    const row = pager.row(index);
    if (row && keyed) onOpen(keyOf(row));
  };

  const orderedNames = ordered.all.map((column) => column.name);
  const moveColumn = (name: string, before: string) => {
    if (name === before || !orderedNames.includes(name)) return;
    const rest = orderedNames.filter((each) => each !== name);
    const forward = orderedNames.indexOf(name) < orderedNames.indexOf(before);
    rest.splice(rest.indexOf(before) + (forward ? 1 : 0), 0, name);
    onColumns(rest);
  };
  /** Whether the column can trade places with its neighbour: pinned and free columns do not mix. */
  const neighbour = (name: string, by: -1 | 1): string | undefined => {
    const from = orderedNames.indexOf(name);
    const to = from + by;
    const sameGroup = from < ordered.pinned === to < ordered.pinned;
    return sameGroup ? orderedNames[to] : undefined;
  };
  const shift = (name: string, by: -1 | 1) => {
    const other = neighbour(name, by);
    if (other !== undefined) moveColumn(name, other);
    return other !== undefined;
  };

  const fit = (column: ValueColumn) => {
    const pen = document.createElement('canvas').getContext('2d');
    if (!pen) return;
    pen.font = `13px ${getComputedStyle(document.body).fontFamily}`;
    let widest = pen.measureText(column.label).width + 44;
    for (let index = Math.max(0, shown.firstRow); index <= shown.lastRow; index += 1) {
      const row = pager.row(index);
      if (row)
        widest = Math.max(
          widest,
          pen.measureText(formatValue(reader.value(row, column.name), column)).width + 24,
        );
    }
    resize(column.name, Math.round(Math.max(MIN_WIDTH, Math.min(480, widest))));
  };

  const { active, used, engage, go, onKeyDown } = useGridKeys({
    rows,
    columns: columns.length + first,
    pageRows,
    reveal: useCallback(
      ({ row, column }: ActiveCell) => {
        const index = column - first - placed.pinned.length;
        reveal(row, placed.free[index]);
      },
      [reveal, placed, first],
    ),
    on: {
      open,
      select,
      extend: rowsSelected.extend,
      selectVisible: rowsSelected.selectVisible,
      clear: rowsSelected.clear,
      copy: ({ row, column }) => {
        const cells = pager.row(row);
        const found = columnAt(column);
        if (cells && found) void copy(copyText(reader.value(cells, found.column.name)), 'Cell');
      },
      header: (position, action) => {
        const found = columnAt(position);
        if (!found) return;
        if (action === 'menu') openMenu(found.column, document.getElementById(`${gridId}-h-${position}`));
        else cycleSort(found.column, action === 'add');
      },
      shift: (position, by) => {
        const found = columnAt(position);
        return found && shift(found.column.name, by) ? position + by : position;
      },
    },
  });

  const drag = useDragSelection({
    scroller,
    pager,
    keyOf,
    selection,
    onEnd: (ended, to) => {
      scroller.current?.focus({ preventScroll: true });
      go({ row: to, column: 0 });
      void rowsSelected.endDrag(ended, to);
    },
  });

  const openMenu = (column: ValueColumn, at: Element | null) =>
    at && setMenu({ column: column.name, anchor: at });
  const cycleSort = (column: ValueColumn, add: boolean) => {
    if (!props.isSortable(column)) return;
    const entry = sort.find((each) => each.column === column.name);
    onSort(column.name, entry ? (entry.descending ? 'none' : 'down') : 'up', add);
  };
  const headerActions: HeaderActions = {
    sort: cycleSort,
    menu: openMenu,
    resize: (column, next) => resize(column.name, next),
    fit,
    move: moveColumn,
  };
  const menuColumn = menu ? ordered.all.find((column) => column.name === menu.column) : undefined;
  const menuSort = sort.find((entry) => entry.column === menu?.column);
  const columnActions: ColumnActions = {
    sort: (column, direction) => onSort(column, direction, false),
    filter: props.onFilter,
    hide: (column) => onColumns(columns.map((each) => each.name).filter((name) => name !== column)),
    pin: layout.pin,
    shift,
    widen: (name, by) => {
      const column = columns.find((each) => each.name === name);
      if (column) resize(name, Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, widthOf(column) + by)));
    },
    fit,
  };

  const onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const cell = target.closest<HTMLElement>('[data-col]');
    const line = target.closest<HTMLElement>('[data-row]');
    if (!line) return;
    const index = Number(line.dataset.row);
    const action = target.closest<HTMLElement>('[data-action]')?.dataset.action;
    if (cell) go({ row: index, column: Number(cell.dataset.col) });
    if (action === 'select') {
      if (drag.wasDrag()) return;
      // The grid keeps the keyboard, so that shift and the arrows go on from here.
      scroller.current?.focus({ preventScroll: true });
      return select(index, event.shiftKey);
    }
    if (action === 'open') return open(index);
    const link = target.closest('a');
    if (link?.dataset.internal !== undefined && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      props.onNavigate(link.getAttribute('href') ?? '');
    } else if (!link && touch) open(index);
  };

  const slots = Math.ceil(size.height / ROW_HEIGHT) + 2 * EXTRA_ROWS + 2;
  const indexes = Array.from(
    { length: Math.max(0, shown.lastRow - shown.firstRow + 1) },
    (_, at) => shown.firstRow + at,
  );
  const activeShown = active.row < 0 || (active.row >= shown.firstRow && active.row <= shown.lastRow);
  const activeColumn = columnAt(active.column);
  const columnShown =
    activeColumn === undefined ||
    activeColumn.index < ordered.pinned ||
    free.some((each) => each.index === activeColumn.index);
  const describes = used && activeShown && columnShown && rows > 0;

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={rows + 1}
        aria-colcount={columns.length + first}
        aria-multiselectable={selectable}
        aria-busy={!state.started}
        {...(describes && {
          'aria-activedescendant': `${gridId}-${active.row < 0 ? 'h' : active.row}-${active.column}`,
        })}
        onFocus={engage}
        onKeyDown={(event) => event.target === event.currentTarget && onKeyDown(event)}
        className="absolute inset-0 overflow-auto text-[13px] outline-none focus-visible:outline-none"
        data-testid="grid"
      >
        <GridHeader
          gridId={gridId}
          pinned={placed.pinned}
          free={free}
          gap={gap}
          width={width}
          keyed={keyed}
          sort={sort}
          active={used && active.row < 0 ? active.column : -1}
          selectable={selectable}
          someSelected={selection.any}
          allSelected={rowsSelected.allVisible}
          onSelectVisible={rowsSelected.toggleVisible}
          actions={headerActions}
        />
        {/* The grid itself has the keyboard; clicks are taken here for all rows at once. */}
        {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
        <div
          role="rowgroup"
          className="relative"
          style={{ height: track, width }}
          {...drag.listeners}
          onClick={onClick}
          onDoubleClick={(event) => {
            const line = (event.target as Element).closest<HTMLElement>('[data-row]');
            if (line && !(event.target as Element).closest('[data-action], a'))
              open(Number(line.dataset.row));
          }}
        >
          <div
            role="presentation"
            className="absolute top-0 left-0"
            style={{ transform: `translateY(${shown.top}px)` }}
          >
            {indexes.map((index) => {
              const row = pager.row(index);
              const key = row && keyed ? keyOf(row) : undefined;
              return (
                <GridRow
                  // Rows that leave at one end serve again at the other, so that scrolling changes texts, not elements.
                  key={index % slots}
                  gridId={gridId}
                  index={index}
                  top={(index - shown.base) * ROW_HEIGHT}
                  row={row}
                  reader={reader}
                  pinned={placed.pinned}
                  free={free}
                  gap={gap}
                  width={width}
                  keyed={keyed}
                  selectable={selectable}
                  selected={key !== undefined && selection.has(key)}
                  opened={key !== undefined && openKey === JSON.stringify(key)}
                  active={used && active.row === index ? active.column : -1}
                />
              );
            })}
          </div>
        </div>
      </div>
      {state.started && rows === 0 && state.error === undefined && (
        <div className="pointer-events-none absolute inset-0 top-9 flex items-center [&_a,&_button]:pointer-events-auto">
          {props.empty}
        </div>
      )}
      <HeaderMenu
        anchor={menu?.anchor ?? null}
        column={menuColumn}
        sorted={menuSort && (menuSort.descending ? 'down' : 'up')}
        pinned={menuColumn !== undefined && pinnedNames.includes(menuColumn.name)}
        canMove={{
          left: menu !== null && neighbour(menu.column, -1) !== undefined,
          right: menu !== null && neighbour(menu.column, 1) !== undefined,
        }}
        canHide={columns.length > 1}
        sortable={menuColumn !== undefined && props.isSortable(menuColumn)}
        actions={columnActions}
        onClose={() => setMenu(null)}
      />
    </div>
  );
}
