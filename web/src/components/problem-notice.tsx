import { CircleAlert } from 'lucide-react';
import { Problem } from '@/api/problem';
import { Button } from './button';

interface ProblemNoticeProps {
  error: unknown;
  onRetry?: () => void;
  /** Whether it stands instead of a whole page, as whose heading it then serves. */
  page?: boolean;
  /** One line in a list instead of a page's middle. */
  compact?: boolean;
}

/** The protocol's own phrases say little to people. */
const HEADINGS: Record<number, string> = {
  400: 'This view can’t be shown',
  401: 'You are not signed in',
  403: 'You don’t have access',
  404: 'Not found',
  429: 'Too many requests',
  500: 'Something went wrong',
  502: 'The database rejected this',
  503: 'The database is unavailable',
  504: 'The database took too long',
};

/** What went wrong, in words, with what to do about it. */
export function ProblemNotice({ error, onRetry, page = false, compact = false }: ProblemNoticeProps) {
  const problem = Problem.from(error);
  const Heading = page ? 'h1' : 'h2';
  if (compact) {
    return (
      <div role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-[13px]">
        <p className="flex gap-2 text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span className="min-w-0 break-words">{problem.message}</span>
        </p>
        {problem.hint !== undefined && <p className="mt-1 pl-6 text-ink-soft">{problem.hint}</p>}
        {problem.reloads && (
          <p className="mt-2 pl-6">
            <Reload small />
          </p>
        )}
      </div>
    );
  }
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center">
      <CircleAlert aria-hidden className="size-7 text-danger" />
      <Heading className="text-[15px] font-semibold">{HEADINGS[problem.status] ?? problem.title}</Heading>
      <p className="text-ink-soft break-words">{problem.message}</p>
      {problem.hint !== undefined && <p className="text-ink-soft">{problem.hint}</p>}
      <p className="font-mono text-xs text-ink-faint">{problem.code}</p>
      <div className="mt-2 flex gap-2">
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
        {problem.reloads && <Reload />}
      </div>
    </div>
  );
}

function Reload({ small = false }: { small?: boolean }) {
  return (
    <Button look="primary" small={small} onClick={() => window.location.reload()}>
      Reload
    </Button>
  );
}
