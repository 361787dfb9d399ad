import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { Problem } from '@/api/problem';
import { sessionQuery } from '@/api/session';
import { ProblemNotice } from '@/components/problem-notice';
import { Toaster } from '@/components/toaster';
import { isPublicPath } from '@/lib/sign-in';
import { Shell } from './shell';

/** Every page needs a user and stands in the shell, except those that sign a user in. */
export function Root() {
  const { pathname } = useLocation();
  return (
    <>
      {isPublicPath(pathname) ? <Outlet /> : <Gate />}
      <Toaster />
    </>
  );
}

function Gate() {
  const session = useQuery(sessionQuery);
  if (session.data) return <Shell />;
  // A user who is not signed in is on the way to the sign-in page already.
  if (session.isError && Problem.from(session.error).code !== 'not_signed_in') {
    return (
      <main className="h-dvh overflow-y-auto">
        <ProblemNotice page error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  return <main className="h-dvh" aria-busy="true" />;
}
