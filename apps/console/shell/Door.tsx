import type { ReactNode } from 'react';
import { Icon, Logo } from '@/components/icons';

/** The frame of pages before one is in: signing in, joining, a new password. */
export function Door({
  title,
  lead,
  children,
  foot,
}: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={40} />
          <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
          {lead && <p className="text-sm text-pretty text-muted">{lead}</p>}
        </div>
        <div className="rounded-lg border border-line bg-surface p-5 shadow-card">{children}</div>
        {foot && <div className="mt-4 text-center text-xs text-pretty text-muted">{foot}</div>}
      </div>
    </main>
  );
}

export function DoorError({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="flex items-start gap-1.5 text-sm text-critical">
      <Icon name="incident" size={14} className="mt-0.5" />
      <span>{children}</span>
    </p>
  );
}
