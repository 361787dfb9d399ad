import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sourcesQuery } from '@/api/queries';
import type { DatasetRef } from '@/api/types';

export interface PatternOption {
  value: string;
  label: string;
}

/** The patterns that stand for datasets that are there: all, those of each source, and each one. */
export function useDatasetPatterns(): PatternOption[] {
  const sources = useQuery(sourcesQuery).data;
  return useMemo(
    () => [
      { value: '*', label: 'Every dataset' },
      ...(sources ?? []).flatMap(({ name, label, datasets }) => [
        { value: `${name}/*`, label: `All of ${label}` },
        ...datasets.map((dataset) => ({
          value: `${name}/${dataset.name}`,
          label: `${label} › ${dataset.label}`,
        })),
      ]),
    ],
    [sources],
  );
}

/** The dataset that a pattern names, when it names just one. */
export function datasetOf(pattern: string): DatasetRef | undefined {
  const at = pattern.indexOf('/');
  if (at <= 0 || at === pattern.length - 1 || pattern.includes('*')) return undefined;
  return { source: pattern.slice(0, at), dataset: pattern.slice(at + 1) };
}
