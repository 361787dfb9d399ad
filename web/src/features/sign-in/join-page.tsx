import { useQuery } from '@tanstack/react-query';
import { Problem } from '@/api/problem';
import { findInvitation } from '@/api/session';
import { ProblemNotice } from '@/components/problem-notice';
import { Card } from './card';
import { JoinForm } from './join-form';

interface JoinPageProps {
  /** The secret of the link; empty when there is none. */
  token: string;
}

/** The page that one-time links lead to: it sets a password and signs in. */
export default function JoinPage({ token }: JoinPageProps) {
  const invited = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => findInvitation(token),
    enabled: token !== '',
    // What was found is no secret, but it is not for the next user of the page.
    gcTime: 0,
    staleTime: Infinity,
  });
  if (token === '') {
    return (
      <Card title="The link is incomplete">
        <Advice>
          The part after the # is missing. It is removed from the address once the page has read it, so
          reloading the page does not work: open the link again from where you got it.
        </Advice>
      </Card>
    );
  }
  if (invited.isError && Problem.from(invited.error).status === 404) {
    return (
      <Card title="This link has expired or was already used">
        <Advice>
          Links work once and expire. If you have already set your password, sign in. Otherwise ask an
          administrator for a new link.
        </Advice>
      </Card>
    );
  }
  if (invited.isError) {
    return (
      <Card title="The link could not be checked">
        <div className="mt-4">
          <ProblemNotice error={invited.error} onRetry={() => void invited.refetch()} />
        </div>
      </Card>
    );
  }
  if (!invited.data) {
    return (
      <Card title="Welcome">
        <div aria-busy="true" role="status" aria-label="Checking the link" className="mt-5 grid gap-4">
          <div className="skeleton h-9" />
          <div className="skeleton h-9" />
        </div>
      </Card>
    );
  }
  return (
    <Card
      title={invited.data.first_admin ? 'Welcome to Rowport' : `Welcome, ${invited.data.name ?? ''}`}
      about={
        invited.data.first_admin
          ? 'Create the first administrator account. You can invite others later.'
          : 'Set your password. If you are signed in on other devices, you are signed out there.'
      }
    >
      <JoinForm token={token} invited={invited.data} />
    </Card>
  );
}

function Advice({ children }: { children: string }) {
  return (
    <>
      <p className="mt-2 text-ink-soft">{children}</p>
      <p className="mt-4">
        <a href="/sign-in" className="text-accent-text underline underline-offset-3">
          Sign in
        </a>
      </p>
    </>
  );
}
