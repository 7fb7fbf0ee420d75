import type { ReactNode } from 'react';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';

export type Crumb = { label: string; href: string };

export function PageHeader({
  crumbs = [],
  title,
  badges,
  actions,
  children,
}: {
  crumbs?: Crumb[];
  title: ReactNode;
  badges?: ReactNode;
  actions?: ReactNode;
  /** Facts or a sentence under the title. */
  children?: ReactNode;
}) {
  return (
    <div className="mb-5">
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb" className="mb-1.5">
          <ol className="flex flex-wrap items-center gap-1 text-xs text-faint">
            {crumbs.map((c) => (
              <li key={c.href} className="flex items-center gap-1">
                <Link href={c.href} className="rounded hover:text-text hover:underline">
                  {c.label}
                </Link>
                <Icon name="chevron" size={10} />
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <h1 className="min-w-0 text-xl leading-8 font-semibold tracking-tight text-balance">{title}</h1>
        {badges && <div className="flex min-h-8 flex-wrap items-center gap-1.5">{badges}</div>}
        {actions && <div className="flex flex-wrap items-center gap-2 sm:ml-auto">{actions}</div>}
      </div>
      {children && <div className="mt-1 text-sm text-muted">{children}</div>}
    </div>
  );
}
