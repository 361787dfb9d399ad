import { Problem } from './problem';
import type { RunStore } from './run-store';
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
  refresh?: (store: RunStore) => Promise<void>;
}

const CLOSED = 2;
/** So long may a stream be broken until the page asks by itself. */
const PATIENCE = 10_000;
const POLL = 5_000;
const RETRY = 30_000;

/** Keeps the store current by one stream of events, or by asking every few seconds while there is no stream. */
export function followRuns(store: RunStore, options: FollowOptions): () => void {
  const { onReset, open = () => new EventSource(EVENTS), refresh = refreshStore } = options;
  let stream: Stream | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let polling: ReturnType<typeof setInterval> | undefined;
  let retrying: ReturnType<typeof setTimeout> | undefined;

  const ask = () => void refresh(store).catch(() => undefined);
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
    made.addEventListener('run', (event) => store.put([JSON.parse(String(event.data)) as Run]));
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

/** The latest runs, and those that are still in progress in the store. */
async function refreshStore(store: RunStore) {
  const { runs } = await fetchRuns();
  store.put(runs);
  const listed = new Set(runs.map(({ id }) => id));
  const unsure = store.latest.filter((run) => isUnderWay(run) && !run.deleted && !listed.has(run.id));
  for (const run of unsure) {
    try {
      store.put([await fetchRun(run.id)]);
    } catch (error) {
      if (Problem.from(error).status !== 404) throw error;
      store.put([{ ...run, deleted: true, version: run.version + 1 }]);
    }
  }
}
