import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import { wireView } from '@/api/queries';
import type { CurrentUser } from '@/api/session';
import type { DatasetRef, SavedView, View } from '@/api/types';

interface NewView {
  name: string;
  view: View;
}

export const viewsQuery = (ref: DatasetRef) =>
  queryOptions({
    queryKey: ['views', ref.source, ref.dataset],
    queryFn: async ({ signal }): Promise<SavedView[]> => {
      const path = { ...ref };
      const answer = client.GET('/api/v1/sources/{source}/datasets/{dataset}/views', {
        params: { path },
        signal,
      });
      return (await unwrap(answer)).views;
    },
  });

/** Whether the user may change a view: only its owner and administrators overwrite, rename and delete it. */
export function mayChange(
  { saved_by: owner }: Pick<SavedView, 'saved_by'>,
  me: Pick<CurrentUser, 'principal' | 'permissions'>,
) {
  return owner === me.principal || me.permissions.includes('admin');
}

export function createView(ref: DatasetRef, body: NewView) {
  const params = { path: { ...ref } };
  return unwrap(
    client.POST('/api/v1/sources/{source}/datasets/{dataset}/views', {
      params,
      body: { ...body, view: wireView(body.view) },
    }),
  );
}

export function updateView(ref: DatasetRef, id: string, body: NewView) {
  const params = { path: { ...ref, id } };
  return unwrap(
    client.PUT('/api/v1/sources/{source}/datasets/{dataset}/views/{id}', {
      params,
      body: { ...body, view: wireView(body.view) },
    }),
  );
}

export function deleteView(ref: DatasetRef, id: string) {
  const params = { path: { ...ref, id } };
  return unwrap(client.DELETE('/api/v1/sources/{source}/datasets/{dataset}/views/{id}', { params }));
}
