import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sourcesQuery } from '@/api/queries';
import type { DatasetRef } from '@/api/types';

export interface DatasetOption {
  /** The name of the source and that of the dataset: `shop/orders`. */
  value: string;
  /** The label of the dataset, behind that of its source where there are several. */
  label: string;
  ref: DatasetRef;
}

/** Every dataset that the user may see, to choose one of them. */
export function useDatasetOptions(): DatasetOption[] {
  const sources = useQuery(sourcesQuery).data;
  return useMemo(
    () =>
      (sources ?? []).flatMap((source) =>
        source.datasets.map((dataset) => ({
          value: datasetValue({ source: source.name, dataset: dataset.name }),
          label: (sources?.length ?? 0) > 1 ? `${source.label} · ${dataset.label}` : dataset.label,
          ref: { source: source.name, dataset: dataset.name },
        })),
      ),
    [sources],
  );
}

export function datasetValue({ source, dataset }: DatasetRef): string {
  return `${source}/${dataset}`;
}
