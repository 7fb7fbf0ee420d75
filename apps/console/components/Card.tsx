import type { ReactNode } from 'react';

export function Card({
  title,
  note,
  actions,
  children,
  flush = false,
  className = '',
  id,
}: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content brings its own padding (tables, charts to the edge). */
  flush?: boolean;
  className?: string;
  id?: string;
}) {
  return (
    <section id={id} className={`min-w-0 rounded-lg border border-line bg-surface shadow-card ${className}`}>
      {(title || actions) && (
        <header className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5">
          <div className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3">
            <h2 className="text-sm font-semibold">{title}</h2>
            {note && <p className="min-w-0 text-xs text-faint">{note}</p>}
          </div>
          {actions && <div className="flex shrink-0 items-center gap-1">{actions}</div>}
        </header>
      )}
      {flush ? children : <div className="p-4">{children}</div>}
    </section>
  );
}

export type Fact = { label: string; value: ReactNode };
export function Facts({ items, columns = 'grid-cols-2' }: { items: Fact[]; columns?: string }) {
  return (
    <dl className={`grid gap-x-6 gap-y-3 ${columns}`}>
      {items.map((fact) => (
        <div key={fact.label} className="min-w-0">
          <dt className="text-xs text-faint">{fact.label}</dt>
          <dd className="mt-0.5 min-w-0 break-words">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
