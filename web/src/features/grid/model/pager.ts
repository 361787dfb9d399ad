import type { Cell, Incomplete, Landmarks, Rows } from '@/api/types';

/** The calls that a pager makes; handed in, so that it can be tested without a server. */
export interface PageSource {
  rows: (cursor: string | undefined, limit: number, signal: AbortSignal) => Promise<Rows>;
  landmarks: (every: number, signal: AbortSignal) => Promise<Landmarks>;
}

export interface PagerState {
  total: number;
  /** Whether `total` is known, not estimated. */
  exact: boolean;
  /** `none`: the order may have ties, so there is no jumping into the middle. */
  order: 'total' | 'none';
  /** Why there are rows after the last one that can be shown. */
  incomplete: Incomplete | undefined;
  /** Whether anything has been answered yet. */
  started: boolean;
  /** Whether any rows are held. */
  loaded: boolean;
  /** Whether the whole view is being walked once, so that the person can jump into its middle. */
  jumping: boolean;
  error: unknown;
  version: number;
}

const EVERY = 1000;
/** A jump this many rows past a known position asks for landmarks; a shorter one reads on. */
const NEAR = 3000;
/** How many cells are kept; further pages are dropped, the furthest first. */
const MAX_CELLS = 400_000;
const REST = 80;

/** How many rows one request asks for: a divisor of 1,000, the smaller the wider the rows are. */
export function pageSizeFor(columns: number): number {
  const fitting = [500, 250, 200, 100, 50].find((size) => size * columns <= 8000);
  return fitting ?? 50;
}

/**
 * The rows of one view, fetched page by page as they come into sight. Pages follow each other by cursor; a jump
 * beyond the known cursors first fetches *landmarks*, the cursors of every 1,000th row.
 */
export class Pager {
  private pages = new Map<number, Cell[][]>();
  /** What was shown before a renewal, until the same pages have come again. */
  private before = new Map<number, Cell[][]>();
  private cursors = new Map<number, string | undefined>([[0, undefined]]);
  private visible: [number, number] = [0, 0];
  private loading: { page: number; abort: AbortController } | undefined;
  private landmarks: 'unasked' | 'asked' | 'known' | 'failed' = 'unasked';
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private listeners = new Set<() => void>();
  private closed = new AbortController();
  private end: number | undefined;
  private estimate: number;
  private estimateExact = false;
  private state: PagerState;

  constructor(
    private readonly source: PageSource,
    private readonly size: number,
    private readonly columns: number,
    estimate = 0,
  ) {
    this.estimate = estimate;
    this.state = {
      total: estimate, exact: false, order: 'total', incomplete: undefined, started: false, loaded: false, jumping: false, error: undefined,
      version: 0,
    }; // prettier-ignore
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  snapshot = () => this.state;

  row(index: number): Cell[] | undefined {
    const page = Math.floor(index / this.size);
    return (this.pages.get(page) ?? this.before.get(page))?.[index % this.size];
  }

  /** The count that was asked for beside the pages. */
  setCount(count: number, exact: boolean) {
    this.estimate = count;
    this.estimateExact = exact;
    this.publish({});
  }

  /** Says which rows are in sight. */
  setVisible(first: number, last: number) {
    this.visible = [this.pageOf(first), this.pageOf(Math.max(first, last))];
    clearTimeout(this.restTimer);
    const next = this.nextMissing();
    if (next === undefined) return;
    // What can be had in one request is asked for at once; a jump waits until the scrolling rests.
    if (this.cursors.has(next)) this.pump();
    else this.restTimer = setTimeout(() => this.pump(), REST);
  }

  retry() {
    if (this.landmarks === 'failed') this.landmarks = 'unasked';
    this.publish({ error: undefined });
    this.pump();
  }

  /** Asks for everything anew, because rows have changed. What is shown stays until the new rows are there. */
  renew() {
    this.close();
    this.closed = new AbortController();
    this.before = this.pages;
    this.pages = new Map();
    this.cursors = new Map([[0, undefined]]);
    this.landmarks = 'unasked';
    this.end = undefined;
    this.estimate = this.state.total;
    this.publish({ error: undefined, jumping: false });
    this.pump();
  }

  open() {
    if (this.closed.signal.aborted) this.closed = new AbortController();
    this.pump();
  }

  close() {
    clearTimeout(this.restTimer);
    this.closed.abort();
    this.loading?.abort.abort();
    this.loading = undefined;
    if (this.landmarks === 'asked') this.landmarks = 'unasked';
  }

  /** Fetches all rows of a range, whether in sight or not. */
  async range(first: number, last: number): Promise<Cell[][]> {
    const rows: Cell[][] = [];
    for (let page = this.pageOf(first); page <= this.pageOf(last); page += 1) {
      const held = this.pages.get(page) ?? (await this.reach(page));
      const start = page * this.size;
      rows.push(...held.slice(Math.max(0, first - start), last - start + 1));
    }
    return rows;
  }

  private async reach(page: number): Promise<Cell[][]> {
    let at = this.nearestCursor(page);
    let rows: Cell[][] = [];
    for (; at <= page; at += 1) {
      const held = this.pages.get(at);
      if (held && (at === page || this.cursors.has(at + 1))) {
        rows = held;
        continue;
      }
      const answer = await this.source.rows(this.cursors.get(at), this.size, this.closed.signal);
      rows = answer.rows;
      if (answer.cursor !== null) this.cursors.set(at + 1, answer.cursor);
      else if (at < page) return [];
    }
    return rows;
  }

  private pageOf(row: number): number {
    return Math.max(0, Math.floor(row / this.size));
  }

  private lastPage(): number {
    return this.pageOf(Math.max(0, this.state.total - 1));
  }

  /** The first page in sight that is missing, or else the next one down, ahead of its need. */
  private nextMissing(): number | undefined {
    const [first, last] = this.visible;
    const end = this.end === undefined ? Number.POSITIVE_INFINITY : this.pageOf(Math.max(0, this.end - 1));
    for (let page = first; page <= Math.min(last, end); page += 1) if (!this.pages.has(page)) return page;
    const ahead = last + 1;
    if (ahead <= Math.min(end, this.lastPage()) && !this.pages.has(ahead) && this.cursors.has(ahead))
      return ahead;
    return undefined;
  }

  private nearestCursor(page: number): number {
    let best = 0;
    for (const known of this.cursors.keys()) if (known <= page && known > best) best = known;
    return best;
  }

  private pump() {
    if (this.closed.signal.aborted || this.state.error !== undefined) return;
    const target = this.nextMissing();
    if (target === undefined) return;
    const from = this.nearestCursor(target);
    if (this.loading) {
      // A request on the way to the target goes on; any other is not needed any more.
      if (this.loading.page >= from && this.loading.page <= target) return;
      this.loading.abort.abort();
      this.loading = undefined;
    }
    if ((target - from) * this.size > NEAR && this.state.order === 'total') {
      if (this.landmarks === 'unasked') void this.fetchLandmarks();
      if (this.landmarks === 'asked') return;
    }
    void this.fetchPage(from);
  }

  private async fetchPage(page: number) {
    const abort = new AbortController();
    this.loading = { page, abort };
    try {
      const answer = await this.source.rows(this.cursors.get(page), this.size, abort.signal);
      if (abort.signal.aborted) return;
      this.loading = undefined;
      this.keep(page, answer);
      this.pump();
    } catch (error) {
      if (abort.signal.aborted) return;
      this.loading = undefined;
      this.publish({ error, started: true });
    }
  }

  private keep(page: number, answer: Rows) {
    this.pages.set(page, answer.rows);
    this.before.delete(page);
    if (answer.cursor === null) this.end = page * this.size + answer.rows.length;
    else this.cursors.set(page + 1, answer.cursor);
    this.dropFurthest();
    this.publish({ order: answer.order, incomplete: answer.incomplete, started: true });
  }

  private dropFurthest() {
    const limit = Math.max(4, Math.floor(MAX_CELLS / (this.size * Math.max(1, this.columns))));
    const middle = (this.visible[0] + this.visible[1]) / 2;
    while (this.pages.size > limit) {
      let furthest = -1;
      for (const page of this.pages.keys()) {
        if (furthest < 0 || Math.abs(page - middle) > Math.abs(furthest - middle)) furthest = page;
      }
      this.pages.delete(furthest);
    }
  }

  private async fetchLandmarks() {
    this.landmarks = 'asked';
    this.publish({ jumping: true });
    const { signal } = this.closed;
    try {
      const { every, count, cursors } = await this.source.landmarks(EVERY, signal);
      if (signal.aborted) return;
      cursors.forEach((cursor, index) => this.cursors.set(((index + 1) * every) / this.size, cursor));
      this.landmarks = 'known';
      this.estimate = count;
      this.estimateExact = true;
      this.publish({ jumping: false });
    } catch (error) {
      if (signal.aborted) return;
      this.landmarks = 'failed';
      this.publish({ jumping: false, error });
    }
    this.pump();
  }

  private publish(change: Partial<PagerState>) {
    let reached = 0;
    for (const [page, rows] of this.pages) {
      // A cursor behind the page says that at least one more row follows.
      reached = Math.max(reached, page * this.size + rows.length + (this.cursors.has(page + 1) ? 1 : 0));
    }
    const total = this.end ?? Math.max(this.estimate, reached);
    const exact = this.end !== undefined || this.estimateExact;
    this.state = {
      ...this.state,
      total,
      exact,
      loaded: this.pages.size > 0 || this.before.size > 0,
      ...change,
      version: this.state.version + 1,
    };
    for (const listener of this.listeners) listener();
  }
}
