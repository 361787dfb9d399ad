import { expect, test } from 'vitest';
import { Problem } from '@/api/problem';
import { signInProblemText } from './sign-in-problem';

const answer = (status: number, code: string, detail: string, headers: HeadersInit = {}) =>
  Problem.fromAnswer({ title: 'No', status, code, detail }, { status, headers: new Headers(headers) });

test('after too many attempts the user learns how long to wait', () => {
  const problem = answer(429, 'too_many_tries', 'this was tried too often', { 'Retry-After': '721' });
  expect(signInProblemText(problem)).toBe('Too many attempts. Try again in 13 minutes.');
  expect(signInProblemText(answer(429, 'too_many_tries', 'x'))).toMatch(/in a minute\.$/);
});

test('what the server says of a password is said as a sentence', () => {
  const detail = 'a password has at least 12 characters; a few words in a row do well';
  expect(signInProblemText(answer(400, 'bad_password', detail))).toBe(
    'A password has at least 12 characters; a few words in a row do well.',
  );
  expect(signInProblemText(new TypeError('fetch failed'))).toMatch(/Can’t reach Rowport\. Check/);
});
