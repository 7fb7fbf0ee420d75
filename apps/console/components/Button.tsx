import type { ComponentProps } from 'react';
import { Icon, type IconName } from './icons';

type Look = 'plain' | 'primary' | 'ghost' | 'danger';
const LOOKS: Record<Look, string> = {
  plain: 'border-line-strong bg-surface text-text hover:bg-hover',
  primary: 'border-transparent bg-accent-fill text-on-accent hover:brightness-110',
  ghost: 'border-transparent text-muted hover:bg-hover hover:text-text',
  danger: 'border-line-strong bg-surface text-critical hover:bg-hover',
};
/** Also for links that act: `<Link className={buttonClass('plain')}>`. */
export const buttonClass = (look: Look = 'plain', iconOnly = false) =>
  `inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md border text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${iconOnly ? 'w-8' : 'px-3'} ${LOOKS[look]}`;

export function Button({
  look = 'plain',
  icon,
  label,
  children,
  ...rest
}: ComponentProps<'button'> & { look?: Look; icon?: IconName; label?: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      {...rest}
      className={`${buttonClass(look, !children)} ${rest.className ?? ''}`}
    >
      {icon && <Icon name={icon} size={15} />}
      {children}
    </button>
  );
}
