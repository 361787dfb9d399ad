import createClient from 'openapi-fetch';
import { goToSignIn, noteAnswer } from '@/lib/sign-in';
import { Problem } from './problem';
import type { paths } from './schema';

export const client = createClient<paths>({ baseUrl: window.location.origin });

interface FetchResult<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws the problem when there is none. */
export async function read<T>(answer: Promise<FetchResult<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw Problem.fromAnswer(error, response);
  return data as T;
}

/** The data of an answer to a signed-in user; once the session has ended, the page leaves for the sign-in page. */
export async function unwrap<T>(answer: Promise<FetchResult<T>>): Promise<T> {
  try {
    const data = await read(answer);
    noteAnswer();
    return data;
  } catch (error) {
    leaveIfSignedOut(error);
    throw error;
  }
}

/** For answers that do not come through the client. */
export function leaveIfSignedOut(error: unknown) {
  if (error instanceof Problem && error.code === 'not_signed_in') goToSignIn();
}
