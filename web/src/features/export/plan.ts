import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { DatasetRef, ExportPlan, ExportRequest } from '@/api/types';

export function fetchPlan(
  ref: DatasetRef,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<ExportPlan> {
  // The document says less of keys and filters than our own types do.
  const body: object = request;
  return unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/export/plan', {
      params: { path: { ...ref } },
      body,
      ...(signal && { signal }),
    }),
  );
}

export const planQuery = (ref: DatasetRef, request: ExportRequest) =>
  queryOptions({
    queryKey: ['plan', ref.source, ref.dataset, request],
    queryFn: ({ signal }) => fetchPlan(ref, request, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
