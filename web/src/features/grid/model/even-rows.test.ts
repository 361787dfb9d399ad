import { expect, test } from 'vitest';
import type { Rows } from '@/api/types';
import { evenRows } from './even-rows';
import { Pager } from './pager';

/** Pages as the server makes them of rows with ties: they end where the values change. */
function server(lengths: number[], end: object = {}) {
  const asked: (string | undefined)[] = [];
  const rows = (cursor: string | undefined): Promise<Rows> => {
    asked.push(cursor);
    const page = Number(cursor ?? 0);
    const first = lengths.slice(0, page).reduce((sum, length) => sum + length, 0);
    const last = page === lengths.length - 1;
    return Promise.resolve({
      columns: [],
      rows: Array.from({ length: lengths[page] ?? 0 }, (_, index) => [first + index]),
      cursor: last ? null : String(page + 1),
      order: 'none',
      truncated: [],
      ...(last && end),
    });
  };
  return { asked, rows };
}

async function all(lengths: number[], limit: number) {
  const { rows, asked } = server(lengths);
  const even = evenRows(rows);
  const pages: unknown[][] = [];
  let position: string | undefined;
  do {
    const page = await even(position, limit, new AbortController().signal);
    pages.push(page.rows.map(([value]) => value));
    position = page.cursor ?? undefined;
  } while (position !== undefined);
  return { pages, asked };
}

test('pages that end where values change are served in even lengths, none missing and none twice', async () => {
  for (const lengths of [[1000], [997, 1000, 3, 50], [1, 1, 1, 1], [10, 20, 30, 0]]) {
    for (const limit of [1, 7, 1000]) {
      const { pages } = await all(lengths, limit);
      const total = lengths.reduce((sum, length) => sum + length, 0);
      expect(pages.flat()).toEqual(Array.from({ length: total }, (_, index) => index));
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    }
  }
});

test('an answer that is read in several pages is asked for once', async () => {
  const { asked } = await all([1000, 1000], 100);
  expect(asked).toEqual([undefined, '1']);
});

test('a pager reaches the last row, and says why where it cannot', async () => {
  for (const [end, incomplete] of [
    [{}, undefined],
    [{ incomplete: 'equal_rows' }, 'equal_rows'],
  ] as const) {
    const { rows } = server([997, 1000, 500], end);
    const landmarks = () => Promise.reject(new Error('there is no jumping'));
    const pager = new Pager({ rows: evenRows(rows), landmarks }, 1000, 1);
    pager.open();
    for (let round = 0; round < 10; round += 1) {
      pager.setVisible(0, pager.snapshot().total);
      await new Promise((done) => setTimeout(done));
    }
    expect(pager.snapshot()).toMatchObject({ total: 2497, exact: true, incomplete, error: undefined });
    expect(pager.row(2496)).toEqual([2496]);
    pager.close();
  }
});
