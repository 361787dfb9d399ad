import createClient from 'openapi-fetch';
import { Problem } from './problem';
import type { paths } from './schema';

export const client = createClient<paths>({ baseUrl: window.location.origin });

interface FetchResult<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws the problem when there is none. */
export async function unwrap<T>(answer: Promise<FetchResult<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw Problem.fromBody(error, response.status);
  return data as T;
}
