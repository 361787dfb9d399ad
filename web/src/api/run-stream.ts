import { Problem } from './problem';
import type { RunBook } from './run-store';
import { EVENTS, fetchRun, fetchRuns, isUnderWay, type Run } from './runs';

/** What is used of an `EventSource`. */
export interface Stream {
  readyState: number;
  onopen: ((event: Event) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  addEventListener(name: string, listener: (event: MessageEvent) => void): void;
  close(): void;
}

interface FollowOptions {
  /** Lists are to be fetched again: changes may have been missed. */
  onReset: () => void;
  open?: () => Stream;
  refresh?: (book: RunBook) => Promise<void>;
}

const CLOSED = 2;
/** So long may a stream be broken until the page asks by itself. */
const PATIENCE = 10_000;
const POLL = 5_000;
const RETRY = 30_000;

/** Keeps the book current by one stream of events, or by asking every few seconds while there is no stream. */
export function followRuns(book: RunBook, options: FollowOptions): () => void {
  const { onReset, open = () => new EventSource(EVENTS), refresh = refreshBook } = options;
  let stream: Stream | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let polling: ReturnType<typeof setInterval> | undefined;
  let retrying: ReturnType<typeof setTimeout> | undefined;

  const ask = () => void refresh(book).catch(() => undefined);
  const calm = () => {
    clearTimeout(patience);
    clearInterval(polling);
    clearTimeout(retrying);
    patience = polling = retrying = undefined;
  };
  const poll = () => {
    if (polling !== undefined) return;
    ask();
    polling = setInterval(ask, POLL);
  };
  const start = () => {
    let opened = false;
    const made = open();
    stream = made;
    made.addEventListener('run', (event) => book.put([JSON.parse(String(event.data)) as Run]));
    made.addEventListener('reset', () => {
      ask();
      onReset();
    });
    made.onopen = () => {
      calm();
      // What came before the stream is in no event of it. When it opens again, it sends what was missed.
      if (!opened) ask();
      opened = true;
    };
    made.onerror = () => {
      if (made.readyState === CLOSED) {
        made.close();
        poll();
        retrying ??= setTimeout(() => {
          retrying = undefined;
          start();
        }, RETRY);
      } else patience ??= setTimeout(poll, PATIENCE);
    };
  };

  start();
  return () => {
    calm();
    stream?.close();
  };
}

/** The latest runs, and those that are still under way as far as the book knows. */
async function refreshBook(book: RunBook) {
  const { runs } = await fetchRuns();
  book.put(runs);
  const listed = new Set(runs.map(({ id }) => id));
  const unsure = book.latest.filter((run) => isUnderWay(run) && !run.deleted && !listed.has(run.id));
  for (const run of unsure) {
    try {
      book.put([await fetchRun(run.id)]);
    } catch (error) {
      if (Problem.from(error).status !== 404) throw error;
      book.put([{ ...run, deleted: true, version: run.version + 1 }]);
    }
  }
}
