import { type SyntheticEvent, useState } from 'react';
import { client, unwrap } from '@/api/client';
import { Problem } from '@/api/problem';
import { Button } from '@/components/button';
import { PasswordField } from '@/components/password-field';
import { formatWait } from '@/lib/dates';
import { showToast } from '@/lib/toast';

/** The server's own rule. */
const SHORTEST = 12;

interface PasswordFormProps {
  /** For password managers, which need to know whose password it is. */
  email: string;
  /** The other sessions have ended. */
  onChanged: () => void;
}

/** The form that changes the user's own password. */
export function PasswordForm({ email, onChanged }: PasswordFormProps) {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();

  const change = async () => {
    setPending(true);
    setProblem(undefined);
    try {
      await unwrap(client.PUT('/api/v1/session/password', { body: { old, new: fresh } }));
      setOld('');
      setFresh('');
      showToast('Password changed', 'You were signed out everywhere else.');
      onChanged();
    } catch (error) {
      setProblem(words(error));
    }
    setPending(false);
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!pending) void change();
  };

  return (
    <form onSubmit={onSubmit} className="grid max-w-sm gap-4">
      <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField label="Current password" autoComplete="current-password" value={old} onChange={setOld} />
      <PasswordField
        label="New password"
        autoComplete="new-password"
        minLength={SHORTEST}
        value={fresh}
        onChange={setFresh}
        hint={`At least ${SHORTEST} characters. Several words work well.`}
      />
      {problem !== undefined && (
        <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-[13px] text-danger">
          {problem}
        </p>
      )}
      <div>
        <Button type="submit" disabled={pending || old === '' || fresh === ''}>
          {pending ? 'One moment…' : 'Change password'}
        </Button>
      </div>
    </form>
  );
}

/** Why the password stays as it is. */
function words(error: unknown): string {
  const { code, message, retryAfter } = Problem.from(error);
  switch (code) {
    case 'wrong_password':
      return 'Wrong current password.';
    case 'too_many_tries':
      return `Too many attempts. Try again in ${formatWait(retryAfter ?? 60)}.`;
    default:
      return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  }
}
