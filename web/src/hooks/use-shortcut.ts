import { useEffect, useRef } from 'react';

/** Keys that follow each other within this many milliseconds form one shortcut (`g d`). */
const CHORD = 900;

let last = { key: '', at: 0 };

/**
 * Runs `action` on a shortcut such as `/`, `g d` or `mod+k` (`mod` is Ctrl, or Cmd on a Mac). Keys typed into a
 * field are left alone, except with `mod`.
 */
export function useShortcut(shortcut: string, action: () => void) {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    const [first = '', second] = shortcut.split(' ');
    const modified = first.startsWith('mod+');
    const key = modified ? first.slice(4) : first;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) !== modified) return;
      if (!modified && (isTyping(event.target) || isCovered())) return;
      const matches =
        second === undefined
          ? event.key.toLowerCase() === key
          : event.key === second && last.key === first && event.timeStamp - last.at < CHORD;
      if (!matches) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [shortcut]);
}

if (typeof window !== 'undefined') {
  // Registered once, after the listeners above have looked at the key before this one.
  window.addEventListener('keyup', (event) => {
    last = { key: event.key, at: event.timeStamp };
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=checkbox]), textarea, select, [contenteditable=true]')
  );
}

function isCovered(): boolean {
  return document.querySelector('[role=dialog][data-open], [role=menu][data-open]') !== null;
}
