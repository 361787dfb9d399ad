import { useCallback, useMemo, useState } from 'react';
import type { Key } from '@/api/types';
import { ALL_MATCHING, choose, type Chosen, isChosen, MAX_LEFT_OUT, NOTHING } from '@/lib/selection';
import { say } from '@/lib/toast';

/** Rows chosen by their keys, whatever the grid shows at the moment. */
export interface Selection {
  chosen: Chosen;
  any: boolean;
  has: (key: Key) => boolean;
  set: (keys: readonly Key[], selected: boolean) => void;
  /** Chooses all rows that match the view. */
  all: () => void;
  clear: () => void;
}

/** All that match are those of one view: where `viewKey` changes, they are not chosen any more; single rows still are. */
export function useSelection(viewKey: string): Selection {
  const [held, setHeld] = useState({ viewKey, chosen: NOTHING });
  const chosen = held.chosen.all && held.viewKey !== viewKey ? NOTHING : held.chosen;

  const set = useCallback(
    (keys: readonly Key[], selected: boolean) => {
      const next = choose(chosen, keys, selected);
      if (next.all && next.keys.size > MAX_LEFT_OUT) {
        say(`At most ${MAX_LEFT_OUT.toLocaleString('en')} rows can be left out`, 'Filter instead.');
        return;
      }
      setHeld({ viewKey, chosen: next });
    },
    [chosen, viewKey],
  );
  const all = useCallback(() => setHeld({ viewKey, chosen: ALL_MATCHING }), [viewKey]);
  const clear = useCallback(() => setHeld({ viewKey, chosen: NOTHING }), [viewKey]);

  return useMemo(
    () => ({
      chosen,
      any: chosen.all || chosen.keys.size > 0,
      has: (key: Key) => isChosen(chosen, key),
      set,
      all,
      clear,
    }),
    [chosen, set, all, clear],
  );
}
