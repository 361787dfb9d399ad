import { describe, expect, test, vi } from 'vitest';
import type { Landmarks, Rows } from '@/api/types';
import { Pager, type PageSource, pageSizeFor } from './pager';

/** A server with so many rows, whose cursors are row numbers. */
function server(count: number) {
  const asked: string[] = [];
  const source: PageSource = {
    rows: (cursor, limit) => {
      asked.push(`rows ${cursor ?? 'start'}`);
      const from = cursor === undefined ? 0 : Number(cursor);
      const to = Math.min(count, from + limit);
      const rows = Array.from({ length: to - from }, (_, index) => [from + index]);
      return Promise.resolve<Rows>({
        columns: [],
        rows,
        cursor: to < count ? String(to) : null,
        order: 'total',
        truncated: [],
      });
    },
    landmarks: (every) => {
      asked.push('landmarks');
      const cursors = Array.from({ length: Math.ceil(count / every) - 1 }, (_, index) =>
        String((index + 1) * every),
      );
      return Promise.resolve<Landmarks>({ every, count, cursors });
    },
  };
  return { source, asked };
}

const seen = (pager: Pager, row: number) => vi.waitFor(() => expect(pager.row(row)).toEqual([row]));

describe('a pager', () => {
  test('reads on from page to page', async () => {
    const { source, asked } = server(1_000_000);
    const pager = new Pager(source, 500, 10);
    pager.setVisible(0, 40);
    await seen(pager, 40);
    pager.setVisible(480, 520);
    await seen(pager, 520);
    expect(asked).not.toContain('landmarks');
  });

  test('jumps by landmarks, and fetches nothing that lies before', async () => {
    const { source, asked } = server(1_000_000);
    const pager = new Pager(source, 500, 10, 1_000_000);
    pager.setVisible(0, 40);
    await seen(pager, 0);
    asked.length = 0;
    pager.setVisible(700_600, 700_640);
    await seen(pager, 700_600);
    expect(asked.slice(0, 3)).toEqual(['landmarks', 'rows 700000', 'rows 700500']);
    expect(pager.snapshot()).toMatchObject({ total: 1_000_000, exact: true });
  });

  test('forgets far pages and fetches them again', async () => {
    const { source } = server(100_000);
    const pager = new Pager(source, 500, 200, 100_000);
    for (let row = 0; row < 20_000; row += 500) {
      pager.setVisible(row, row + 40);
      await seen(pager, row);
    }
    expect(pager.row(0)).toBeUndefined();
    pager.setVisible(0, 40);
    await seen(pager, 0);
  });

  test('learns the end by reaching it, whatever was estimated', async () => {
    const { source } = server(730);
    const pager = new Pager(source, 500, 10);
    pager.setCount(9_000, false);
    pager.setVisible(500, 520);
    await vi.waitFor(() => expect(pager.snapshot()).toMatchObject({ total: 730, exact: true }));
  });

  test('an estimate that is too low grows with what is read', async () => {
    const { source } = server(5_000);
    const pager = new Pager(source, 500, 10);
    pager.setCount(10, false);
    pager.setVisible(0, 20);
    await seen(pager, 499);
    expect(pager.snapshot().total).toBeGreaterThan(10);
  });

  test('stops at an error until it is asked to try again', async () => {
    const { source } = server(100);
    const rows = vi.fn(source.rows).mockRejectedValueOnce(new Error('busy'));
    const pager = new Pager({ ...source, rows }, 500, 10);
    pager.setVisible(0, 20);
    await vi.waitFor(() => expect(pager.snapshot().error).toBeInstanceOf(Error));
    pager.setVisible(0, 30);
    expect(rows).toHaveBeenCalledTimes(1);
    pager.retry();
    await seen(pager, 0);
  });

  test('fetches a range that was never in sight', async () => {
    const { source } = server(10_000);
    const pager = new Pager(source, 500, 10);
    const rows = await pager.range(950, 2_050);
    expect(rows.map(([value]) => value)).toEqual(Array.from({ length: 1_101 }, (_, index) => 950 + index));
  });

  test('works on after it was closed and opened again', async () => {
    const { source } = server(100);
    const pager = new Pager(source, 500, 10);
    pager.close();
    pager.open();
    pager.setVisible(0, 10);
    await seen(pager, 5);
  });
});

test('wide rows come in small pages, and a page always divides a thousand', () => {
  expect(pageSizeFor(13)).toBe(500);
  expect(pageSizeFor(200)).toBe(50);
  for (let columns = 1; columns < 3_000; columns += 7) expect(1000 % pageSizeFor(columns)).toBe(0);
});
