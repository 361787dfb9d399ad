import type { ValueColumn } from '@/lib/values';

/** Columns with their positions, left to right. */
export interface ColumnLayout {
  pinned: PlacedColumn[];
  free: PlacedColumn[];
  pinnedWidth: number;
  freeWidth: number;
}

export interface PlacedColumn {
  column: ValueColumn;
  /** The position in the whole order, from 0; pinned columns come first. */
  index: number;
  /** Pixels from the left of its group. */
  left: number;
  width: number;
}

export const MIN_WIDTH = 56;
export const MAX_WIDTH = 1200;

export function layOut(
  columns: readonly ValueColumn[],
  pinnedCount: number,
  widthOf: (column: ValueColumn) => number,
): ColumnLayout {
  const position = (group: readonly ValueColumn[], from: number) => {
    let left = 0;
    return group.map((column, position): PlacedColumn => {
      const width = widthOf(column);
      const placed = { column, index: from + position, left, width };
      left += width;
      return placed;
    });
  };
  const pinned = position(columns.slice(0, pinnedCount), 0);
  const free = position(columns.slice(pinnedCount), pinnedCount);
  return { pinned, free, pinnedWidth: widthSum(pinned), freeWidth: widthSum(free) };
}

function widthSum(columns: readonly PlacedColumn[]): number {
  const last = columns.at(-1);
  return last ? last.left + last.width : 0;
}

/** The free columns that show between two positions, found by halving. */
export function columnWindow(
  free: readonly PlacedColumn[],
  from: number,
  to: number,
): [first: number, last: number] {
  const firstAfter = (position: number, edge: (column: PlacedColumn) => number) => {
    let low = 0;
    let high = free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const column = free[middle];
      if (column && edge(column) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const first = firstAfter(from, (column) => column.left + column.width);
  const last = firstAfter(to, (column) => column.left);
  return [Math.min(first, free.length), Math.max(first, last)];
}

/** How much wider a column may become than it asked for, when there is room to give away. */
const GENEROUS = 260;

/** Shares the room that is left at the right among the columns whose text would use it. */
export function stretch(
  columns: readonly ValueColumn[],
  widthOf: (column: ValueColumn) => number,
  room: number,
  isFixed: (column: ValueColumn) => boolean,
): (column: ValueColumn) => number {
  const left = room - columns.reduce((sum, column) => sum + widthOf(column), 0);
  const flexible = columns.filter(
    (column) => ['text', 'json', 'array', 'other'].includes(column.type.kind) && !isFixed(column),
  );
  if (left <= 0 || flexible.length === 0) return widthOf;
  const extra = Math.min(GENEROUS, Math.floor(left / flexible.length));
  return (column) => widthOf(column) + (flexible.includes(column) ? extra : 0);
}
