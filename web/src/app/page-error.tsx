import type { ErrorComponentProps } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ChunkLoadError } from '@/api/chunk-load-error';
import { Problem } from '@/api/problem';
import { useOnline } from '@/components/lazy';
import { ProblemNotice } from '@/components/problem-notice';

/** Instead of a page that cannot be shown: it could not be loaded, or there is a mistake in it. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const retry = useCallback(() => {
    if (error instanceof ChunkLoadError) error.forget();
    reset();
  }, [error, reset]);
  useOnline(retry);
  return (
    <div className="flex-1 overflow-y-auto">
      <ProblemNotice page error={Problem.ofPage(error)} onRetry={retry} />
    </div>
  );
}
