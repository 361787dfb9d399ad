import { useEffect } from 'react';

/** What the tab is called while the page is shown. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Rowport`;
    return () => {
      document.title = 'Rowport';
    };
  }, [title]);
}
