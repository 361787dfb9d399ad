import { type SyntheticEvent, useState } from 'react';
import { acceptInvitation, type Invited } from '@/api/session';
import { Button } from '@/components/button';
import { Field, TextInput } from '@/components/field';
import { PasswordField } from '@/components/password-field';
import { signInProblemText } from './sign-in-problem';

/** The server's own rule. */
const SHORTEST = 12;

export function JoinForm({ token, invited }: { token: string; invited: Invited }) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const first = invited.first_admin;
  const missing = SHORTEST - Array.from(password).length;

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (pending) return;
    setPending(true);
    setProblem(undefined);
    acceptInvitation({ token, password, ...(first && { email: email.trim(), name: name.trim() }) })
      .then(() => window.location.replace('/'))
      .catch((error: unknown) => {
        setPending(false);
        setProblem(signInProblemText(error));
      });
  };

  return (
    <form onSubmit={onSubmit} className="mt-5 grid gap-4">
      {first && (
        <Field label="Your name">
          <TextInput
            name="name"
            required
            maxLength={100}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            className="h-9"
          />
        </Field>
      )}
      <Field label="E-mail address" {...(!first && { hint: 'You use this address to sign in.' })}>
        <TextInput
          type="email"
          name="email"
          required
          readOnly={!first}
          autoComplete="username"
          autoCapitalize="none"
          inputMode="email"
          value={first ? email : (invited.email ?? '')}
          onChange={(event) => setEmail(event.target.value)}
          className="h-9 read-only:bg-sunken"
        />
      </Field>
      <PasswordField
        label="New password"
        autoComplete="new-password"
        minLength={SHORTEST}
        value={password}
        onChange={setPassword}
        hint={
          password !== '' && missing > 0
            ? `At least ${SHORTEST} characters: ${missing} more.`
            : `At least ${SHORTEST} characters. Several words work well.`
        }
      />
      {problem !== undefined && (
        <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-[13px] text-danger">
          {problem}
        </p>
      )}
      <Button type="submit" look="primary" disabled={pending} className="h-9 w-full">
        {pending ? 'One moment…' : first ? 'Create account' : 'Set password'}
      </Button>
    </form>
  );
}
