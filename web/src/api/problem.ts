import { ChunkLoadError } from './chunk-load-error';
import type { components } from './schema';

/** The code of a problem: one of the server's, or one of the page's own. */
export type ProblemCode =
  components['schemas']['ErrorCode'] | 'chunk_missing' | 'export' | 'offline' | 'page' | 'unexpected';

type ProblemBody = Omit<components['schemas']['Problem'], 'type' | 'detail' | 'code'> & {
  code: ProblemCode;
  detail?: string;
};

/** An error that the server explained, or the lack of an answer, in the same form. */
export class Problem extends Error {
  readonly code: ProblemCode;
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
    if (error instanceof ChunkLoadError) return missing();
    if (error instanceof TypeError) {
      return new Problem({
        title: 'Can’t reach Rowport',
        status: 0,
        code: 'offline',
        detail: 'Can’t reach Rowport.',
        hint: 'Check your connection and try again.',
      });
    }
    return mistake(error);
  }

  /** What was thrown while the page was shown: there, a `TypeError` is a mistake of the page's own. */
  static ofPage(error: unknown): Problem {
    return error instanceof TypeError ? mistake(error) : Problem.from(error);
  }

  /** Whether the page has to be loaded again. */
  get reloads(): boolean {
    return this.code === 'page' || this.code === 'chunk_missing';
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

function mistake(error: unknown): Problem {
  const detail = error instanceof Error ? error.message : String(error);
  const hint = 'Reload the page. If it happens again, tell an administrator.';
  return new Problem({ title: 'Something went wrong', status: 0, code: 'page', detail, hint });
}

function missing(): Problem {
  const title = 'This part of the page could not be loaded';
  const body = navigator.onLine
    ? {
        detail: 'Rowport may have been updated since you opened this page.',
        hint: 'Reload the page to continue.',
      }
    : { detail: 'You are offline.', hint: 'It loads when you are back online.' };
  return new Problem({ title, status: 0, code: 'chunk_missing', ...body });
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
