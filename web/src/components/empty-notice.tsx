import type { ReactNode } from 'react';

interface EmptyNoticeProps {
  icon: ReactNode;
  title: string;
  /** Whether it stands instead of a whole page. */
  page?: boolean;
  children?: ReactNode;
}

export function EmptyNotice({ icon, title, page = false, children }: EmptyNoticeProps) {
  const Heading = page ? 'h1' : 'h2';
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center">
      <span className="text-ink-faint [&_svg]:size-7" aria-hidden>
        {icon}
      </span>
      <Heading className="text-[15px] font-semibold">{title}</Heading>
      <div className="text-ink-soft">{children}</div>
    </div>
  );
}
