import type { ReactNode } from 'react';
import { ListSkeleton } from '@/components/list-skeleton';
import { ProblemNotice } from '@/components/problem-notice';

interface SectionProps {
  title: string;
  about: string;
  /** What can be added or chosen, at the right of the heading. */
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, about, actions, children }: SectionProps) {
  return (
    <section aria-label={title} className="pt-6">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="mr-auto max-w-2xl min-w-0">
          <h2 className="text-[15px] font-semibold">{title}</h2>
          <p className="mt-0.5 text-[13px] text-ink-soft">{about}</p>
        </div>
        {actions !== undefined && (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">{actions}</div>
        )}
      </div>
      <div className="mt-4">{children}</div>
    </section>
  );
}

interface QueryContentProps<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** What is being loaded, for screen readers. */
  label: string;
  children: (data: T) => ReactNode;
}

/** A list that was asked for: its place until it is there, and the reason when it does not come. */
export function QueryContent<T>({ query: { data, error, refetch }, label, children }: QueryContentProps<T>) {
  if (data !== undefined) return children(data);
  if (error != null) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return <ListSkeleton tall rows={4} label={`Loading the ${label}`} />;
}
