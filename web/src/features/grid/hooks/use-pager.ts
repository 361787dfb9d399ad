import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { fetchLandmarks, fetchRows } from '@/api/queries';
import type { DatasetRef, View } from '@/api/types';
import { evenRows } from '../model/even-rows';
import { Pager, type PageSource, pageSizeFor } from '../model/pager';

/** The pager of a view: a new one whenever the view changes, and asked anew whenever `generation` does. */
export function usePager(ref: DatasetRef, view: View, columns: number, keyed: boolean, generation: number) {
  const { source, dataset } = ref;
  const signature = JSON.stringify(view);
  const pager = useMemo(() => {
    const asked = JSON.parse(signature) as View;
    const target = { source, dataset };
    const rows: PageSource['rows'] = (cursor, limit, signal) =>
      fetchRows(target, { view: asked, limit, ...(cursor !== undefined && { cursor }) }, signal);
    // Without a key the order may have ties, and where it has none at all one page has all that can be shown.
    const size = keyed ? pageSizeFor(columns) : 1000;
    return new Pager(
      {
        rows: keyed ? rows : evenRows(rows),
        landmarks: (every, signal) => fetchLandmarks(target, asked, every, signal),
      },
      size,
      columns,
    );
  }, [source, dataset, signature, columns, keyed]);

  useEffect(() => {
    pager.open();
    return () => pager.close();
  }, [pager]);
  const lastGeneration = useRef(generation);
  useEffect(() => {
    if (lastGeneration.current === generation) return;
    lastGeneration.current = generation;
    pager.renew();
  }, [pager, generation]);
  // What could not be fetched is fetched when the connection is back.
  useEffect(() => {
    const onOnline = () => pager.snapshot().error !== undefined && pager.retry();
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [pager]);
  const state = useSyncExternalStore(pager.subscribe, pager.snapshot);
  return { pager, state };
}
