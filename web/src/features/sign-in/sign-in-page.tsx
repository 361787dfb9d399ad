import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { isSignedIn, needsSetup as needsSetupNow, signIn } from '@/api/session';
import { Button } from '@/components/button';
import { Field, TextInput } from '@/components/field';
import { PasswordField } from '@/components/password-field';
import { Card } from './card';
import { signInProblemText } from './sign-in-problem';

interface SignInPageProps {
  /** Where to go then: a path of this site. */
  next: string;
  /** Whether the user was signed in before. */
  ended: boolean;
}

export default function SignInPage({ next, ended }: SignInPageProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [needsSetup, setNeedsSetup] = useState(false);
  const passwordInput = useRef<HTMLInputElement>(null);

  // Another tab may have signed in, or the server needs no sign-in.
  useEffect(() => {
    void isSignedIn()
      .then((yes) => yes && window.location.replace(next))
      .catch(() => undefined);
  }, [next]);

  // Where there is no account yet, there is no administrator to ask for a link.
  useEffect(() => {
    needsSetupNow()
      .then(setNeedsSetup)
      .catch(() => undefined);
  }, []);

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (pending) return;
    setPending(true);
    setProblem(undefined);
    signIn(email, password)
      // A fresh page, with nothing in its memory of the previous user.
      .then(() => window.location.replace(next))
      .catch((error: unknown) => {
        setPending(false);
        setProblem(signInProblemText(error));
        passwordInput.current?.select();
      });
  };

  return (
    <Card
      title="Sign in"
      {...(ended && { about: 'Your session ended. Sign in to continue where you left off.' })}
    >
      <form onSubmit={onSubmit} className="mt-5 grid gap-4">
        <Field label="E-mail address">
          <TextInput
            type="email"
            name="email"
            required
            autoComplete="username"
            autoCapitalize="none"
            inputMode="email"
            // One comes here to do nothing else.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            className="h-9"
          />
        </Field>
        <PasswordField
          label="Password"
          autoComplete="current-password"
          inputRef={passwordInput}
          value={password}
          onChange={setPassword}
        />
        {problem !== undefined && (
          <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-[13px] text-danger">
            {problem}
          </p>
        )}
        <Button type="submit" look="primary" disabled={pending} className="h-9 w-full">
          {pending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      <p className="mt-4 text-[13px] text-ink-soft">
        {needsSetup
          ? 'Setup is not finished. Open the setup link printed in the server’s terminal or log.'
          : 'No account, or forgot your password? Ask an administrator for a sign-in link.'}
      </p>
    </Card>
  );
}
