import { useRouter } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

interface AppLinkProps extends ComponentProps<'a'> {
  href: string;
}

/** A link within the page: no reload, but still a real link for new tabs and for copying. */
export function AppLink({ href, onClick, children, ...rest }: AppLinkProps) {
  const { history } = useRouter();
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (
          event.defaultPrevented ||
          event.button !== 0 ||
          event.ctrlKey ||
          event.metaKey ||
          event.shiftKey ||
          event.altKey
        )
          return;
        event.preventDefault();
        history.push(href);
      }}
      {...rest}
    >
      {children}
    </a>
  );
}
