import type { ReactNode } from 'react';

interface EmptyNoticeProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
}

export function EmptyNotice({ icon, title, children }: EmptyNoticeProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center">
      <span className="text-ink-faint [&_svg]:size-7" aria-hidden>
        {icon}
      </span>
      <h2 className="text-[15px] font-semibold">{title}</h2>
      <div className="text-ink-soft">{children}</div>
    </div>
  );
}
