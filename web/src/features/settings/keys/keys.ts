import { client, unwrap } from '@/api/client';
import type { components } from '@/api/schema';
import { dayBounds } from '@/lib/dates';

type Schemas = components['schemas'];

/** A key, and the secret that is shown once. */
export type CreatedKey = Schemas['MadeKey'];

export function createKey(body: Schemas['KeyRequest']): Promise<CreatedKey> {
  return unwrap(client.POST('/api/v1/keys', { body }));
}

export async function revokeKey(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/keys/{id}', { params: { path: { id } } }));
}

export const EXPIRIES = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'day', label: 'On a date…' },
  { value: 'never', label: 'Never' },
] as const;

export type Expiry = (typeof EXPIRIES)[number]['value'];

/** When a key ends, as the server takes it: `null` for never, undefined for a day that is none or has passed. */
export function expiresAt(expiry: Expiry, day: string, now: number): string | null | undefined {
  if (expiry === 'never') return null;
  if (expiry !== 'day') return new Date(now + Number(expiry) * 86_400_000).toISOString();
  // The whole day still counts.
  const end = dayBounds(day)?.end;
  return end !== undefined && Date.parse(end) > now ? end : undefined;
}
