import { useEffect, useState } from 'react';
import { useMedia } from './use-media';

export type Theme = 'system' | 'light' | 'dark';

const NAME = 'rowport.theme';

/** The chosen theme; `public/theme.js` reads the same entry before the first paint. */
export function useTheme() {
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const [theme, setTheme] = useState<Theme>(read);
  const dark = theme === 'dark' || (theme === 'system' && systemDark);

  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);

  const choose = (next: Theme) => {
    setTheme(next);
    try {
      localStorage.setItem(NAME, next);
    } catch {
      // Not remembered, but shown.
    }
  };
  return { theme, dark, choose };
}

function read(): Theme {
  try {
    const stored = localStorage.getItem(NAME);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}
