import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Dataset, DatasetRef } from '@/api/types';
import { mainColumns } from '@/lib/main-columns';
import { trashQuery } from '../api/lists';
import type { ShownColumn } from './trash-table';

/** So many values are shown of each row, beside its key. */
const SHOWN = 3;

/** With fewer rows than this, a search goes on by itself: each answer may have looked at many and found few. */
const ENOUGH = 20;

/** What is in the trash of a dataset, or what a search finds there. */
export function useTrash(ref: DatasetRef, dataset: Dataset, search: string) {
  const trash = useInfiniteQuery(trashQuery(ref, search));
  const pages = trash.data?.pages ?? [];
  const rows = pages.flatMap((page) => page.rows);
  const columnNames = pages[0]?.columns ?? [];

  // Who deleted a row and when is shown beside it.
  const told = [...dataset.key, ...(pages[0]?.marks ?? [])];
  const names = mainColumns(dataset, SHOWN + told.length)
    .filter((name) => !told.includes(name))
    .slice(0, SHOWN);
  const columns: ShownColumn[] = [...dataset.key, ...names].flatMap((name) => {
    const column = dataset.columns.find((each) => each.name === name);
    const index = columnNames.indexOf(name);
    return column && index >= 0 ? [{ column, index }] : [];
  });

  const { fetchNextPage, hasNextPage, isFetching, isError } = trash;
  const goesOn = hasNextPage && rows.length < ENOUGH && !isError;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage();
  }, [goesOn, isFetching, fetchNextPage]);

  return { trash, rows, columns, totals: pages[0]?.all, looking: trash.isPending || goesOn };
}
