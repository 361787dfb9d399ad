import { Problem } from '@/api/problem';
import { formatWait } from '@/lib/dates';

/** The reason why a sign-in failed, for the user. */
export function signInProblemText(error: unknown): string {
  const problem = Problem.from(error);
  switch (problem.code) {
    case 'wrong_password':
      return 'Wrong e-mail address or password.';
    case 'suspended':
      return 'This account is suspended. Ask an administrator.';
    case 'too_many_tries':
      return `Too many attempts. Try again in ${formatWait(problem.retryAfter ?? 60)}.`;
    default: {
      const text = problem.message.charAt(0).toUpperCase() + problem.message.slice(1);
      const sentence = /[.!?]$/.test(text) ? text : `${text}.`;
      return problem.hint === undefined ? sentence : `${sentence} ${problem.hint}`;
    }
  }
}
