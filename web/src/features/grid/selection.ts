import { useCallback, useMemo, useState } from 'react';
import type { Key } from '@/api/types';

/** Rows chosen by their keys, whatever the grid shows at the moment. */
export interface Selection {
  keys: ReadonlyMap<string, Key>;
  has: (key: Key) => boolean;
  set: (keys: readonly Key[], selected: boolean) => void;
  clear: () => void;
}

export const keyText = (key: Key) => JSON.stringify(key);

export function useSelection(): Selection {
  const [keys, setKeys] = useState<ReadonlyMap<string, Key>>(new Map());

  const set = useCallback((changed: readonly Key[], selected: boolean) => {
    setKeys((before) => {
      const next = new Map(before);
      for (const key of changed) {
        if (selected) next.set(keyText(key), key);
        else next.delete(keyText(key));
      }
      return next;
    });
  }, []);
  const clear = useCallback(() => setKeys(new Map()), []);

  return useMemo(() => ({ keys, has: (key: Key) => keys.has(keyText(key)), set, clear }), [keys, set, clear]);
}
