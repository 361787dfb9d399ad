import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { type ColumnLayout, columnWindow } from '../model/column-layout';
import { nextPosition, type ScrollPosition, type ScrollScale, scrollScale } from '../model/scroll-scale';

export const ROW_HEIGHT = 32;
export const HEADER_HEIGHT = 36;
export const EXTRA_ROWS = 4;
const EXTRA_PIXELS = 240;
/** Rows are placed relative to a block of this many, so that a scroll moves one element, not every row. */
const BLOCK = 1000;
const REST = 160;

export interface Window {
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
  /** The row at which the block of rendered rows begins. */
  base: number;
  /** Where that block stands in the scrolled element. */
  top: number;
}

interface Input {
  scroller: RefObject<HTMLDivElement | null>;
  rows: number;
  layout: ColumnLayout;
  size: Size;
  /** Width at the left that the pinned columns cover. */
  covered: number;
}

export interface Size {
  width: number;
  height: number;
}

/** How large an element is, its scroll bars left out. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const measured = element.current;
    if (!measured) return;
    const measure = () => setSize({ width: measured.clientWidth, height: measured.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

const EMPTY: Window = { firstRow: 0, lastRow: -1, firstColumn: 0, lastColumn: 0, base: 0, top: 0 };

export function useVirtualScroll({ scroller, rows, layout, size, covered }: Input) {
  const [shown, setShown] = useState<Window>(EMPTY);
  const position = useRef<ScrollPosition>({ scroll: 0, offset: 0 });
  const body = Math.max(0, size.height - HEADER_HEIGHT);
  const scale = useMemo(() => scrollScale(rows * ROW_HEIGHT, body), [rows, body]);

  const look = useCallback((): Window => {
    const element = scroller.current;
    if (!element || size.height === 0) return EMPTY;
    const { scroll, offset } = position.current;
    const top = scroll + offset;
    const firstRow = Math.max(0, Math.floor(top / ROW_HEIGHT) - EXTRA_ROWS);
    const lastRow = Math.min(rows - 1, Math.ceil((top + body) / ROW_HEIGHT) + EXTRA_ROWS);
    const left = element.scrollLeft;
    const [firstColumn, lastColumn] = columnWindow(
      layout.free,
      Math.max(0, left - EXTRA_PIXELS),
      left + element.clientWidth - covered + EXTRA_PIXELS,
    );
    const base = Math.floor(firstRow / BLOCK) * BLOCK;
    return { firstRow, lastRow, firstColumn, lastColumn, base, top: base * ROW_HEIGHT - offset };
  }, [scroller, size.height, body, rows, layout, covered]);

  const refresh = useCallback(() => {
    const next = look();
    setShown((before) => (same(before, next) ? before : next));
  }, [look]);

  // What is in sight can only be read from the element once it stands.
  // eslint-disable-next-line react-hooks/set-state-in-effect
  useLayoutEffect(refresh, [refresh, size.width]);

  // The track may have become shorter or longer than it was: keep the same rows in sight.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const top = position.current.scroll + position.current.offset;
    const last = Math.max(0, rows * ROW_HEIGHT - body);
    settleAt(element, Math.min(top, last), position, scale);
    // eslint-disable-next-line react-hooks/set-state-in-effect
    refresh();
    // Only when the scale changes: scrolling itself must not come back here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [scale]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      if (element.scrollTop !== position.current.scroll) {
        position.current = nextPosition(scale, position.current, element.scrollTop, body);
        clearTimeout(rest);
        if (scale.compressed) {
          rest = setTimeout(() => {
            settleAt(element, position.current.scroll + position.current.offset, position, scale);
            refresh();
          }, REST);
        }
      }
      flushSync(refresh);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(rest);
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, scale, body, rows, refresh]);

  /** Brings a row, and a column of the free ones, into sight with as little movement as possible. */
  const reveal = useCallback(
    (row: number, column?: { left: number; width: number }) => {
      const element = scroller.current;
      if (!element) return;
      const top = position.current.scroll + position.current.offset;
      const rowTop = row * ROW_HEIGHT;
      if (row >= 0 && (rowTop < top || rowTop + ROW_HEIGHT > top + body)) {
        settleAt(element, rowTop < top ? rowTop : rowTop + ROW_HEIGHT - body, position, scale);
      }
      if (column) {
        const room = element.clientWidth - covered;
        if (column.left < element.scrollLeft) element.scrollLeft = column.left;
        else if (column.left + column.width > element.scrollLeft + room) {
          element.scrollLeft = Math.min(column.left, column.left + column.width - room);
        }
      }
      refresh();
    },
    [scroller, scale, body, covered, refresh],
  );

  const toTop = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    settleAt(element, 0, position, scale);
    refresh();
  }, [scroller, scale, refresh]);

  return {
    shown,
    track: scale.track,
    pageRows: Math.max(1, Math.floor(body / ROW_HEIGHT) - 1),
    reveal,
    toTop,
  };
}

function settleAt(
  element: HTMLElement,
  rows: number,
  position: RefObject<ScrollPosition>,
  scale: ScrollScale,
) {
  const scroll = scale.toScroll(Math.max(0, rows));
  if (Math.abs(element.scrollTop - scroll) > 0.5) element.scrollTop = scroll;
  // The browser rounds: what it took is what the next scroll event is compared with.
  position.current = {
    scroll: element.scrollTop,
    offset: scale.compressed ? Math.max(0, rows) - element.scrollTop : 0,
  };
}

function same(a: Window, b: Window): boolean {
  return (
    a.firstRow === b.firstRow &&
    a.lastRow === b.lastRow &&
    a.firstColumn === b.firstColumn &&
    a.lastColumn === b.lastColumn &&
    a.base === b.base &&
    a.top === b.top
  );
}
