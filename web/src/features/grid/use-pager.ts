import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { fetchLandmarks, fetchRows } from '@/api/queries';
import type { DatasetRef, View } from '@/api/types';
import { Pager, pageSizeFor } from './pager';

/** The pager of a view: a new one whenever the view, or anything else in `generation`, changes. */
export function usePager(ref: DatasetRef, view: View, columns: number, keyed: boolean, generation: number) {
  const { source, dataset } = ref;
  const signature = JSON.stringify(view);
  const pager = useMemo(() => {
    const asked = JSON.parse(signature) as View;
    const target = { source, dataset };
    // Without a key there are no further pages: one request has all that can be shown.
    const size = keyed ? pageSizeFor(columns) : 1000;
    return new Pager(
      {
        rows: (cursor, limit, signal) =>
          fetchRows(target, { view: asked, limit, ...(cursor !== undefined && { cursor }) }, signal),
        landmarks: (every, signal) => fetchLandmarks(target, asked, every, signal),
      },
      size,
      columns,
    );
    // `generation` is not read: it asks for the same rows anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [source, dataset, signature, columns, keyed, generation]);

  useEffect(() => {
    pager.open();
    return () => pager.close();
  }, [pager]);
  const state = useSyncExternalStore(pager.subscribe, pager.snapshot);
  return { pager, state };
}
