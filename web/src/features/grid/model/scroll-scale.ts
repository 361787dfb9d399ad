/**
 * Browsers cap how tall an element may be (Firefox at some 17 million pixels). A million rows are taller, so the
 * scroll bar's track is shorter than the rows it stands for: one to one near both ends, where people read row by
 * row, and compressed in the middle.
 */
export interface ScrollScale {
  /** Height of the element that is scrolled. */
  track: number;
  /** Whether the track is shorter than the rows. */
  compressed: boolean;
  /** The position among the rows that a position of the scroll bar stands for. */
  toRows: (scroll: number) => number;
  /** The reverse. */
  toScroll: (rows: number) => number;
}

export const MAX_TRACK = 8_000_000;
const EDGE = 1_000_000;

export function scrollScale(height: number, viewport: number): ScrollScale {
  const identity = (value: number) => value;
  if (height <= MAX_TRACK) return { track: height, compressed: false, toRows: identity, toScroll: identity };
  const lastScroll = MAX_TRACK - viewport;
  const lastRow = height - viewport;
  const ratio = (lastRow - 2 * EDGE) / (lastScroll - 2 * EDGE);
  return {
    track: MAX_TRACK,
    compressed: true,
    toRows: (scroll) => {
      if (scroll <= EDGE) return Math.max(0, scroll);
      if (scroll >= lastScroll - EDGE) return lastRow - Math.max(0, lastScroll - scroll);
      return EDGE + (scroll - EDGE) * ratio;
    },
    toScroll: (rows) => {
      if (rows <= EDGE) return Math.max(0, rows);
      if (rows >= lastRow - EDGE) return lastScroll - Math.max(0, lastRow - rows);
      return EDGE + (rows - EDGE) / ratio;
    },
  };
}

/** Where the scroll bar stands, and how far the rows are moved against it. */
export interface ScrollPosition {
  scroll: number;
  /** Pixels to add to a position of the scroll bar to get the position among the rows. */
  offset: number;
}

/**
 * The next position after the person scrolled to `scroll`: short ways move the rows pixel by pixel, as everywhere, long
 * ones (the scroll bar dragged) go where the scale says.
 */
export function nextPosition(
  scale: ScrollScale,
  position: ScrollPosition,
  scroll: number,
  viewport: number,
): ScrollPosition {
  const far = Math.abs(scroll - position.scroll) > 2 * viewport;
  const rows = far ? scale.toRows(scroll) : scroll + position.offset;
  const bounded = Math.max(0, Math.min(rows, scale.toRows(Number.POSITIVE_INFINITY)));
  return { scroll, offset: bounded - scroll };
}
