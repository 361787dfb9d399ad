import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';

/** Whether a source has the journal that changes need. */
export const journalQuery = (source: string) =>
  queryOptions({
    queryKey: ['journal', source],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/api/v1/sources/{source}/journal', { params: { path: { source } }, signal })),
    staleTime: 60_000,
  });

export function createJournal(source: string) {
  return unwrap(client.POST('/api/v1/sources/{source}/journal', { params: { path: { source } } }));
}
