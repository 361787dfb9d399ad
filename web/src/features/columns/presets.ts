import { client, unwrap } from '@/api/client';
import type { DatasetRef } from '@/api/types';

export function createPreset(ref: DatasetRef, body: { name: string; columns: string[] }) {
  const params = { path: { ...ref } };
  return unwrap(client.POST('/api/v1/sources/{source}/datasets/{dataset}/presets', { params, body }));
}

export function deletePreset(ref: DatasetRef, id: string) {
  const params = { path: { ...ref, id } };
  return unwrap(client.DELETE('/api/v1/sources/{source}/datasets/{dataset}/presets/{id}', { params }));
}
