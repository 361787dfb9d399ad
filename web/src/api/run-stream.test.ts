import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RunStore } from './run-store';
import { followRuns, type Stream } from './run-stream';
import type { Run, RunOf } from './runs';

const run = (rest: Partial<RunOf<'export'>> = {}): Run => ({
  id: '1', kind: 'export', state: 'running', principal: 'local', source: 's', dataset: 'd', request: {}, attempt: 1,
  progress: { rows: 0, bytes: 0 }, created_at: '', deleted: false, version: 1, ...rest,
}); // prettier-ignore

class FakeStream implements Stream {
  readyState = 0;
  onopen: Stream['onopen'] = null;
  onerror: Stream['onerror'] = null;
  listeners = new Map<string, (event: MessageEvent) => void>();
  addEventListener(name: string, listener: (event: MessageEvent) => void) {
    this.listeners.set(name, listener);
  }
  send(name: string, data: unknown) {
    this.listeners.get(name)?.(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
  close() {
    this.readyState = 2;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function follow() {
  const streams: FakeStream[] = [];
  const store = new RunStore();
  const refresh = vi.fn(() => Promise.resolve());
  const onReset = vi.fn();
  const open = () => {
    const stream = new FakeStream();
    streams.push(stream);
    return stream;
  };
  const stop = followRuns(store, { open, refresh, onReset });
  return { streams, store, refresh, onReset, stop, first: streams[0] ?? new FakeStream() };
}

test('the stream fills the store, and a reset asks for everything again', () => {
  const { store, first, refresh, onReset } = follow();
  first.onopen?.(new Event('open'));
  expect(refresh).toHaveBeenCalledTimes(1);
  first.send('run', run({ version: 2 }));
  first.send('run', run({ version: 1, state: 'failed' }));
  expect(store.get('1')?.state).toBe('running');
  first.send('reset', {});
  expect(refresh).toHaveBeenCalledTimes(2);
  expect(onReset).toHaveBeenCalledTimes(1);
});

test('a stream that stays broken is replaced by asking until it is back', () => {
  const { first, refresh } = follow();
  first.onopen?.(new Event('open'));
  first.onerror?.(new Event('error'));
  vi.advanceTimersByTime(9000);
  expect(refresh).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(12_000);
  expect(refresh).toHaveBeenCalledTimes(4);
  first.onopen?.(new Event('open'));
  vi.advanceTimersByTime(60_000);
  expect(refresh).toHaveBeenCalledTimes(4);
});

test('a stream that was refused is tried again later', () => {
  const { first, streams, refresh, stop } = follow();
  first.readyState = 2;
  first.onerror?.(new Event('error'));
  expect(refresh).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(30_000);
  expect(streams).toHaveLength(2);
  expect(refresh).toHaveBeenCalledTimes(7);
  stop();
  expect(streams[1]?.readyState).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(refresh).toHaveBeenCalledTimes(7);
});

test('the speed is of the last seconds of one attempt', () => {
  const store = new RunStore();
  const at = (now: number, rows: number, version: number, attempt = 1) =>
    store.put([run({ progress: { rows, bytes: 0 }, version, attempt })], now);
  at(0, 0, 1);
  at(10_000, 100, 2);
  at(20_000, 400, 3);
  expect(store.samples('1')).toEqual([
    { at: 10_000, rows: 100 },
    { at: 20_000, rows: 400 },
  ]);
  at(21_000, 500, 4, 2);
  expect(store.samples('1')).toEqual([{ at: 21_000, rows: 500 }]);
});
