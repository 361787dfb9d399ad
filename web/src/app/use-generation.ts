import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { announceRowsChanged, onRowsChanged } from '@/api/rows-changed';
import type { DatasetRef } from '@/api/types';

/** A number that rises when rows of a source have changed, and the way to say that they may have. */
export function useGeneration(ref: DatasetRef) {
  const queries = useQueryClient();
  const [generation, setGeneration] = useState(0);
  const { source, dataset } = ref;
  useEffect(
    () =>
      onRowsChanged((changed) => {
        if (changed.source !== source) return;
        // Not only of this dataset: what refers to it, or what it refers to, is shown beside its rows.
        void queries.invalidateQueries({ queryKey: ['rows', source] });
        setGeneration((before) => before + 1);
      }),
    [queries, source],
  );
  const reload = useCallback(() => announceRowsChanged({ source, dataset }), [source, dataset]);
  return { generation, reload };
}
