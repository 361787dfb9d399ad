import { useEffect, useRef, useState } from 'react';

/** What is typed for something that is still being loaded. */
export interface TypedAhead {
  /** From now on, keys are kept for it rather than given to the page. */
  start: () => void;
  /** What was typed so far. */
  read: () => string;
  /** It is there, or does not come. */
  stop: () => void;
}

/** Keeps what is typed until what it is meant for is there: otherwise its letters would be shortcuts of the page. */
export function useTypedAhead(): TypedAhead {
  const kept = useRef<string>(undefined);
  const [typed] = useState<TypedAhead>(() => ({
    start: () => {
      kept.current = '';
    },
    read: () => kept.current ?? '',
    stop: () => {
      kept.current = undefined;
    },
  }));
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (kept.current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Backspace') kept.current = kept.current.slice(0, -1);
      else if (event.key.length === 1) kept.current += event.key;
      else if (event.key !== 'Enter') return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
  return typed;
}
