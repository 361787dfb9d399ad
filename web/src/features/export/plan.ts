import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { DatasetRef, ExportRequest } from '@/api/types';

export const planQuery = (ref: DatasetRef, request: ExportRequest) =>
  queryOptions({
    queryKey: ['plan', ref.source, ref.dataset, request],
    queryFn: ({ signal }) =>
      unwrap(
        client.POST('/api/v1/sources/{source}/datasets/{dataset}/export/plan', {
          params: { path: { ...ref } },
          body: request,
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
