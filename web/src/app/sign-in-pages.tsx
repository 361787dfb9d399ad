import { useLocation, useRouter } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import { lazyComponent } from '@/components/lazy';
import { useTitle } from '@/hooks/use-title';
import { safeNext } from '@/lib/sign-in';

const SignIn = lazyComponent(() => import('@/features/sign-in/sign-in-page'));
const Join = lazyComponent(() => import('@/features/sign-in/join-page'));

const waiting = <main className="h-dvh bg-sunken" aria-busy="true" />;

export function SignInPage() {
  useTitle('Sign in');
  const { search } = useLocation();
  const { next, ended } = search as Record<string, string | undefined>;
  return (
    <Suspense fallback={waiting}>
      <SignIn next={safeNext(next, window.location.origin)} ended={ended === 'true'} />
    </Suspense>
  );
}

/** The secret of the link is taken out of the address at once: it must not stay in the history or be copied along. */
export function JoinPage() {
  useTitle('Join');
  const { hash } = useLocation();
  const { history } = useRouter();
  const [token, setToken] = useState(hash);
  // Another link may be opened in the same tab; only what stands after the # changes then.
  if (hash !== '' && hash !== token) setToken(hash);
  useEffect(() => {
    if (hash !== '') history.replace('/join');
  }, [hash, history]);
  return (
    <Suspense fallback={waiting}>
      <Join key={token} token={token} />
    </Suspense>
  );
}
