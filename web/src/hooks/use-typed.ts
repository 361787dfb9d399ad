import { useEffect, useRef, useState } from 'react';

const REST = 250;

/** What is typed into a search, and how to type: it takes effect when the typing rests. */
export function useTyped(value: string, onChange: (value: string) => void) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });

  // The address changed by other means (back, a saved view): show what it says.
  if (value !== seen) {
    setSeen(value);
    setText(value);
  }

  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => latest.current(text), REST);
    return () => clearTimeout(timer);
    // Typing starts the clock, not the address.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text]);

  return [text, setText] as const;
}
