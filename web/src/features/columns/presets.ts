import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { DatasetRef } from '@/api/types';

export const presetsQuery = (ref: DatasetRef) =>
  queryOptions({
    queryKey: ['presets', ref.source, ref.dataset],
    queryFn: async ({ signal }) => {
      const path = { ...ref };
      const answer = client.GET('/api/v1/sources/{source}/datasets/{dataset}/presets', {
        params: { path },
        signal,
      });
      return (await unwrap(answer)).presets;
    },
  });

export function createPreset(ref: DatasetRef, body: { name: string; columns: string[] }) {
  const params = { path: { ...ref } };
  return unwrap(client.POST('/api/v1/sources/{source}/datasets/{dataset}/presets', { params, body }));
}

export function deletePreset(ref: DatasetRef, id: string) {
  const params = { path: { ...ref, id } };
  return unwrap(client.DELETE('/api/v1/sources/{source}/datasets/{dataset}/presets/{id}', { params }));
}
