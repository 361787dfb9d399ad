import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';

export type Channel = components['schemas']['ChannelStatus'];
export type Delivery = components['schemas']['Delivery'];

/** The channels that notify of the ends of runs. */
export const channelsQuery = queryOptions({
  queryKey: ['notifications'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/api/v1/notifications', { signal }))).channels,
  staleTime: 60_000,
});

const PAGE = 20;

/** The deliveries, the latest first; asked for again while one is being sent. */
export const deliveriesQuery = infiniteQueryOptions({
  queryKey: ['deliveries'],
  queryFn: async ({ pageParam, signal }) => {
    const query = { limit: PAGE, ...(pageParam !== undefined && { before: pageParam }) };
    return unwrap(client.GET('/api/v1/notifications/deliveries', { params: { query }, signal }));
  },
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next ?? undefined,
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ deliveries }) => deliveries.some(isUnderWay)) === true ? 1000 : 15_000,
});

export function isUnderWay({ state, event, attempt }: Delivery): boolean {
  return state === 'sending' || (state === 'waiting' && (event === 'test' || attempt === 0));
}

export function sendTest(name: string): Promise<Delivery> {
  return unwrap(client.POST('/api/v1/notifications/{name}/test', { params: { path: { name } } }));
}
