import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { datasetId, datasetQuery } from '@/api/queries';
import type { Dataset, DatasetRef } from '@/api/types';
import type { ValueColumn } from '@/lib/values';

/**
 * The columns by their names, those reached through foreign keys included as far as `names` mentions them. A name
 * that is not known yet is text until the dataset it leads to has answered.
 */
export function useColumns(ref: DatasetRef, dataset: Dataset, names: readonly string[]) {
  const own = [...dataset.columns, ...dataset.lookups];
  const dotted = names.filter((name) => name.includes('.') && !own.some((column) => column.name === name));
  const targets = dataset.foreign_keys.filter(
    (key) => key.columns.length === 1 && dotted.some((name) => name.startsWith(`${key.columns[0] ?? ''}.`)),
  );
  const parents = useQueries({
    queries: targets.map((key) => datasetQuery({ source: ref.source, dataset: datasetId(key.references) })),
  });
  const found = parents.map((parent) => parent.data);
  const signature = JSON.stringify([dotted, found.map((each) => each?.columns.length ?? 0)]);

  return useMemo(() => {
    const columns = new Map<string, ValueColumn>(
      [...dataset.columns, ...dataset.lookups].map((column) => [column.name, column]),
    );
    for (const name of dotted) {
      const [path = '', ...rest] = name.split('.');
      const index = targets.findIndex((key) => key.columns[0] === path);
      const end = found[index]?.columns.find((column) => column.name === rest.join('.'));
      columns.set(name, {
        name,
        label: name.replaceAll('.', ' › '),
        type: end?.type ?? { kind: 'text' },
        ...(end && { currency: end.currency ?? null, masked: end.masked ?? false }),
      });
    }
    return columns;
    // `signature` stands for the lists, which are new on every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [dataset, signature]);
}
