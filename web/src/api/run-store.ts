import { isKnownKind, isUnderWay, type Run } from './runs';

/** How many rows were done at a moment, in milliseconds of this page's own clock. */
export interface Sample {
  at: number;
  rows: number;
}

/** The speed is that of the last so many milliseconds: an average over the whole run would hide that it has slowed down. */
const WINDOW = 15_000;

/** Ended runs beyond so many are forgotten, the oldest first. */
const MAX_FINISHED = 500;

/** The runs that this page knows, each in its latest version: from the stream, a list or an answer. */
export class RunStore {
  #runs = new Map<string, Run>();
  #samples = new Map<string, Sample[]>();
  #listeners = new Set<() => void>();
  #latest: readonly Run[] = [];

  /** All of them, the latest first, with those that were deleted. The same list until one changes. */
  get latest(): readonly Run[] {
    return this.#latest;
  }

  get(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  samples(id: string): readonly Sample[] {
    return this.#samples.get(id) ?? [];
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  put(runs: readonly Run[], now = performance.now()) {
    const news = runs.filter(
      (run) => isKnownKind(run) && run.version > (this.#runs.get(run.id)?.version ?? -1),
    );
    if (news.length === 0) return;
    for (const run of news) {
      this.#sample(run, now);
      this.#runs.set(run.id, run);
    }
    // The ids of later runs are greater.
    let ordered = [...this.#runs.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    for (const run of ordered.filter((each) => !isUnderWay(each)).slice(MAX_FINISHED))
      this.#runs.delete(run.id);
    ordered = ordered.filter(({ id }) => this.#runs.has(id));
    this.#latest = ordered;
    for (const listener of this.#listeners) listener();
  }

  #sample(run: Run, now: number) {
    if (run.state !== 'running') {
      this.#samples.delete(run.id);
      return;
    }
    const { rows } = run.progress;
    const before = this.#samples.get(run.id) ?? [];
    const last = before.at(-1);
    // Another attempt begins from nothing.
    const same = last !== undefined && last.rows <= rows && this.#runs.get(run.id)?.attempt === run.attempt;
    const recent = same ? before.filter(({ at }) => now - at <= WINDOW) : [];
    this.#samples.set(run.id, [...recent, { at: now, rows }]);
  }
}

/** The page's own. */
export const runStore = new RunStore();
