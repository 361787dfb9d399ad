import { describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { newKey, sendOnce } from './send-once';

const lost = () => new TypeError('Failed to fetch');
const refused = () => new Problem({ title: 'Conflict', status: 409, code: 'selection_changed' });

describe('what is sent once', () => {
  it('is sent again under the same key when its answer was lost', async () => {
    const send = vi.fn().mockRejectedValueOnce(lost()).mockResolvedValueOnce('done');
    await expect(sendOnce('key', send)).resolves.toBe('done');
    expect(send.mock.calls).toEqual([[{ 'Idempotency-Key': 'key' }], [{ 'Idempotency-Key': 'key' }]]);
  });

  it('is not sent again when it was answered, whatever the answer', async () => {
    const send = vi.fn().mockRejectedValue(refused());
    await expect(sendOnce('key', send)).rejects.toThrow(Problem);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('is given up when the second answer is lost as well', async () => {
    const send = vi.fn().mockRejectedValue(lost());
    await expect(sendOnce('key', send)).rejects.toThrow(TypeError);
    expect(send).toHaveBeenCalledTimes(2);
  });
});

it('makes keys that differ, of characters that a header may have', () => {
  const keys = new Set(Array.from({ length: 1000 }, newKey));
  expect(keys.size).toBe(1000);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
});
