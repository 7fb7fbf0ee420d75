import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons';

export type Tone = 'neutral' | 'ok' | 'warning' | 'critical' | 'accent' | 'note';
export const TONE_TEXT: Record<Tone, string> = {
  neutral: 'text-muted',
  ok: 'text-ok',
  warning: 'text-warning',
  critical: 'text-critical',
  accent: 'text-accent',
  note: 'text-note',
};
const TONE_BOX: Record<Tone, string> = {
  neutral: 'bg-sunken border-line text-muted',
  ok: 'bg-ok/8 border-ok/25 text-ok',
  warning: 'bg-warning/8 border-warning/30 text-warning',
  critical: 'bg-critical/8 border-critical/30 text-critical',
  accent: 'bg-accent/8 border-accent/25 text-accent',
  note: 'bg-note/8 border-note/25 text-note',
};

/** Colour never alone: every tone comes with a word, most with a shape. */
export function Badge({
  tone = 'neutral',
  icon,
  tip,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  tip?: string;
  children: ReactNode;
}) {
  return (
    <span
      data-tip={tip}
      className={`inline-flex h-5.5 max-w-full items-center gap-1 rounded-full border px-2 text-xs font-medium whitespace-nowrap ${TONE_BOX[tone]}`}
    >
      {icon && <Icon name={icon} size={12} strokeWidth={1.8} />}
      <span className="truncate">{children}</span>
    </span>
  );
}
