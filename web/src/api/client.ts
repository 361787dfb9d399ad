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

/** The same for whoever is signed in: when they are no more, the page leaves for where they can do so again. */
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
