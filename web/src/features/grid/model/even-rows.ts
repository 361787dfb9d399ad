import type { Cell, Rows } from '@/api/types';
import type { PageSource } from './pager';

/** How many rows are asked for at once: what is equal in the order has to fit into one answer. */
const WHOLE = 1000;

/**
 * Pages of even length where the order has ties. The server ends such a page where the order's values change, so that
 * pages are of any length; a position in them is the cursor of an answer and how many of its rows come before.
 */
export function evenRows(rows: PageSource['rows']): PageSource['rows'] {
  let held: { cursor: string | undefined; answer: Rows } | undefined;
  const fetch = async (cursor: string | undefined, signal: AbortSignal) => {
    if (held?.cursor !== cursor || held === undefined) {
      held = { cursor, answer: await rows(cursor, WHOLE, signal) };
    }
    return held.answer;
  };
  return async (position, limit, signal) => {
    // A new beginning is to show what has changed.
    if (position === undefined) held = undefined;
    let { cursor, skip } = readPosition(position);
    const taken: Cell[][] = [];
    for (;;) {
      const answer = await fetch(cursor, signal);
      const rest = answer.rows.slice(skip);
      const room = limit - taken.length;
      taken.push(...rest.slice(0, room));
      if (rest.length > room) {
        return { ...answer, rows: taken, cursor: printPlace(cursor, skip + room) };
      }
      if (answer.cursor === null) return { ...answer, rows: taken };
      [cursor, skip] = [answer.cursor, 0];
      if (taken.length === limit) return { ...answer, rows: taken, cursor: printPlace(cursor, 0) };
    }
  };
}

function printPlace(cursor: string | undefined, skip: number): string {
  return JSON.stringify([cursor ?? null, skip]);
}

function readPosition(position: string | undefined): { cursor: string | undefined; skip: number } {
  if (position === undefined) return { cursor: undefined, skip: 0 };
  const [cursor, skip] = JSON.parse(position) as [string | null, number];
  return { cursor: cursor ?? undefined, skip };
}
