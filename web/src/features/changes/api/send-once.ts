import { Problem } from '@/api/problem';

/** A unique key. `crypto.randomUUID` is only there over HTTPS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends a change under a key, and once more if there was no answer: by the key the server knows that it is the same. */
export async function sendOnce<T>(
  key: string,
  send: (header: { 'Idempotency-Key': string }) => Promise<T>,
): Promise<T> {
  const header = { 'Idempotency-Key': key };
  try {
    return await send(header);
  } catch (error) {
    if (Problem.from(error).code !== 'offline') throw error;
    return send(header);
  }
}
