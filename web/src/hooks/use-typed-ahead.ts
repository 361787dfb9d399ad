import { useEffect, useRef, useState } from 'react';

/** What is typed for something that is still being loaded. */
export interface TypedAhead {
  /** From now on, keys are collected for it rather than given to the page. */
  start: () => void;
  /** What was typed so far. */
  read: () => string;
  /** It is there, or does not come. */
  stop: () => void;
}

/** Keeps what is typed until what it is meant for is there: otherwise its letters would be shortcuts of the page. */
export function useTypedAhead(): TypedAhead {
  const typed = useRef<string>(undefined);
  const [typedAhead] = useState<TypedAhead>(() => ({
    start: () => {
      typed.current = '';
    },
    read: () => typed.current ?? '',
    stop: () => {
      typed.current = undefined;
    },
  }));
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (typed.current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Backspace') typed.current = typed.current.slice(0, -1);
      else if (event.key.length === 1) typed.current += event.key;
      else if (event.key !== 'Enter') return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
  return typedAhead;
}
