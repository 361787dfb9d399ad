import clsx from 'clsx';
import type { ComponentProps } from 'react';

const LOOKS = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover border-transparent font-medium',
  plain: 'bg-canvas text-ink border-line hover:bg-hover',
  ghost: 'border-transparent text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'bg-canvas text-danger border-line hover:bg-danger-soft',
};

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof LOOKS;
  /** Square, for one icon; needs an `aria-label`. */
  icon?: boolean;
  small?: boolean;
}

export function buttonClass({
  look = 'plain',
  icon = false,
  small = false,
}: Omit<ButtonProps, keyof ComponentProps<'button'>>) {
  return clsx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-[7px] border text-[13px] whitespace-nowrap transition-colors select-none',
    'disabled:opacity-50 disabled:hover:bg-transparent [&_svg]:size-4 [&_svg]:shrink-0',
    small ? 'h-7 pointer-coarse:h-9' : 'h-8 pointer-coarse:h-10',
    icon ? (small ? 'w-7 pointer-coarse:w-9' : 'w-8 pointer-coarse:w-10') : small ? 'px-2' : 'px-3',
    LOOKS[look],
  );
}

export function Button({ look, icon, small, className, type = 'button', ...rest }: ButtonProps) {
  const shape = { ...(look && { look }), ...(icon && { icon }), ...(small && { small }) };
  return <button type={type} className={clsx(buttonClass(shape), className)} {...rest} />;
}
