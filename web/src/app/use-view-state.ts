import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { DatasetRef, Key } from '@/api/types';
import { parseRow, toSearch, toViewState, type ViewSearch, type ViewState } from '@/lib/address';
import { rememberColumns } from './remembered-columns';

/** The view and the open row as the address has them, and the ways to change them. */
export function useViewState(ref: DatasetRef, search: ViewSearch) {
  const navigate = useNavigate();
  const { source, dataset } = ref;
  const signature = JSON.stringify(search);
  const { state, row } = useMemo(() => {
    const parsed = JSON.parse(signature) as ViewSearch;
    return { state: toViewState(parsed), row: parseRow(parsed.row) };
  }, [signature]);

  const go = useCallback(
    (next: ViewSearch, replace: boolean) =>
      void navigate({ to: '/datasets/$source/$dataset', params: { source, dataset }, search: next, replace }),
    [navigate, source, dataset],
  );

  const change = useCallback(
    (part: Partial<ViewState>, { replace = false } = {}) => {
      if ('columns' in part) rememberColumns({ source, dataset }, part.columns);
      go(toSearch({ ...state, ...part }, row), replace);
    },
    [go, state, row, source, dataset],
  );

  const openRow = useCallback((key: Key | undefined) => go(toSearch(state, key), false), [go, state]);

  return { state, row, change, openRow };
}
