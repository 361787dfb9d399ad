import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from '@/api/problem';
import { sessionQuery } from '@/api/session';
import { isPublicPath } from '@/lib/sign-in';
import { router } from './router';
import './app.css';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // What the server explained will not get better by asking again.
      retry: (failures, error) => failures < 1 && Problem.from(error).status === 0,
    },
  },
});

// The first question of every page: asked while the rest is still being built.
if (!isPublicPath(window.location.pathname)) void queries.query(sessionQuery).catch(() => undefined);

// A page that the browser has kept as it was may show what its reader, signed out since, may not see any more.
window.addEventListener('pageshow', ({ persisted }) => persisted && window.location.reload());

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    {/* No component may bring a style element of its own: the content security policy forbids them. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
