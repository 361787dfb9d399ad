import { useCallback, useMemo, useState } from 'react';
import type { Key } from '@/api/types';
import { ALL_MATCHING, choose, type Chosen, isChosen, MAX_EXCLUDED, NOTHING } from '@/lib/selection';
import { showToast } from '@/lib/toast';

/** Rows chosen by their keys, whatever is shown at the moment. */
export interface Selection {
  chosen: Chosen;
  any: boolean;
  has: (key: Key) => boolean;
  set: (keys: readonly Key[], selected: boolean) => void;
  /** Chooses these instead. */
  put: (chosen: Chosen) => void;
  /** Chooses all rows that match the view. */
  all: () => void;
  clear: () => void;
}

/** All that match are those of one view: where `viewKey` changes, they are not chosen any more; single rows still are. */
export function useSelection(viewKey: string): Selection {
  const [held, setHeld] = useState({ viewKey, chosen: NOTHING });
  const chosen = held.chosen.all && held.viewKey !== viewKey ? NOTHING : held.chosen;

  const put = useCallback(
    (next: Chosen) => {
      if (next.all && next.keys.size > MAX_EXCLUDED) {
        showToast(
          `You can exclude up to ${MAX_EXCLUDED.toLocaleString('en')} rows`,
          'Use a filter to exclude more.',
        );
        return;
      }
      setHeld({ viewKey, chosen: next });
    },
    [viewKey],
  );
  const set = useCallback(
    (keys: readonly Key[], selected: boolean) => put(choose(chosen, keys, selected)),
    [chosen, put],
  );
  const all = useCallback(() => setHeld({ viewKey, chosen: ALL_MATCHING }), [viewKey]);
  const clear = useCallback(() => setHeld({ viewKey, chosen: NOTHING }), [viewKey]);

  return useMemo(
    () => ({
      chosen,
      any: chosen.all || chosen.keys.size > 0,
      has: (key: Key) => isChosen(chosen, key),
      set,
      put,
      all,
      clear,
    }),
    [chosen, set, put, all, clear],
  );
}
