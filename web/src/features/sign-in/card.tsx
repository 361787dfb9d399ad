import type { ReactNode } from 'react';
import { Logo } from '@/components/logo';
import { useTheme } from '@/hooks/use-theme';

interface CardProps {
  title: string;
  about?: ReactNode;
  children: ReactNode;
}

/** The card of the pages before sign-in. */
export function Card({ title, about, children }: CardProps) {
  // The system may turn dark while the page waits.
  useTheme();
  return (
    <main className="flex h-dvh flex-col items-center overflow-y-auto bg-sunken px-4 py-10 sm:pt-[14dvh]">
      <div className="w-full max-w-sm">
        <p className="mb-5 flex items-center justify-center gap-2.5 font-semibold">
          <Logo />
          Rowport
        </p>
        <div className="rounded-xl border border-line bg-raised p-6 shadow-float">
          <h1 className="text-lg font-semibold">{title}</h1>
          {about !== undefined && <div className="mt-1 text-ink-soft">{about}</div>}
          {children}
        </div>
      </div>
    </main>
  );
}
