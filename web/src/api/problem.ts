import type { components } from './schema';

type ProblemBody = Omit<components['schemas']['Problem'], 'type' | 'detail'> & { detail?: string };

/** An error that the server explained, or the lack of an answer, in the same form. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly hint: string | undefined;
  /** In so many seconds it may be tried again. */
  readonly retryAfter: number | undefined;

  constructor(body: ProblemBody, retryAfter?: number) {
    super(body.detail ?? body.title);
    this.name = 'Problem';
    this.code = body.code;
    this.status = body.status;
    this.title = body.title;
    this.hint = body.hint ?? undefined;
    this.retryAfter = retryAfter;
  }

  /** Whatever was thrown, as a problem that a person can read. */
  static from(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof TypeError) {
      return new Problem({
        title: 'No answer',
        status: 0,
        code: 'offline',
        detail: 'Rowport did not answer.',
        hint: 'Check that it is still running, then try again.',
      });
    }
    const detail = error instanceof Error ? error.message : String(error);
    return new Problem({ title: 'Something went wrong', status: 0, code: 'page', detail });
  }

  static fromAnswer(body: unknown, { status, headers }: Pick<Response, 'status' | 'headers'>): Problem {
    const seconds = Number.parseInt(headers.get('Retry-After') ?? '', 10);
    const retryAfter = Number.isNaN(seconds) ? undefined : seconds;
    if (typeof body === 'object' && body !== null && 'code' in body && 'title' in body) {
      return new Problem(body as ProblemBody, retryAfter);
    }
    const detail = `The server answered with status ${status}.`;
    return new Problem({ title: 'Unexpected answer', status, code: 'unexpected', detail }, retryAfter);
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
