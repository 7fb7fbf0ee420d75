'use client';

import { useQuery } from '@tanstack/react-query';
import { usePathname, useSearchParams } from 'next/navigation';
import type { ReactNode } from 'react';
import { Badge } from '@/components/Badge';
import { Link } from '@/components/Link';
import { Skeleton } from '@/components/States';
import { HealthBadge } from '@/components/status';
import { Ago } from '@/components/Time';
import { ApiError } from '@/lib/api';
import { compact, plural } from '@/lib/format';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { PageHeader } from '@/shell/PageHeader';
import { SavedViews } from './SavedViews';

const TABS = [
  ['', 'Performance'],
  ['/drift', 'Drift'],
  ['/slices', 'Explorer'],
  ['/labels', 'Labels'],
  ['/versions', 'Versions'],
  ['/data', 'Data checks'],
  ['/rows', 'Rows'],
] as const;

export function ModelHeader({ model }: { model: string }) {
  const pathname = usePathname();
  const params = useSearchParams();
  const facts = useQuery(queries.model(model));
  const known = useQuery(queries.models());
  const incidents = useQuery(queries.openIncidents(model));
  // Most pages below need to know it before they can ask: it comes with the first answers.
  useQuery(queries.references(model));
  const health = known.data?.items.find((m) => m.name === model)?.health;
  const m = facts.data;
  const open = incidents.data?.items ?? [];
  const base = paths.model(model);

  // The page below says that there is no such model.
  if (facts.error instanceof ApiError && facts.error.status === 404) return null;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Overview', href: '/' }]}
        title={model}
        badges={
          <>
            {health && <HealthBadge health={health} />}
            {m?.state === 'discovered' && (
              <Badge tip="Learned from its events. Declare it to fix its task and features.">discovered</Badge>
            )}
            {open.length > 0 && (
              <Link
                href={open.length === 1 ? paths.incident(open[0]!.id) : `/incidents?model=${encodeURIComponent(model)}`}
                className="rounded-full hover:brightness-95"
              >
                <Badge tone="critical" icon="incident">
                  {plural(open.length, 'open incident')}
                </Badge>
              </Link>
            )}
          </>
        }
        actions={<SavedViews model={model} />}
      >
        {m ? (
          <p className="flex flex-wrap gap-x-4 gap-y-0.5">
            {m.description && <span className="basis-full text-pretty">{m.description}</span>}
            <Item label="Task">{m.task}</Item>
            {m.owner && <Item label="Owner">{m.owner}</Item>}
            <Item label="Versions">
              {m.versions.length > 0 ? plural(m.versions.length, 'version').split(' ')[0] : 'none'}
            </Item>
            <Item label="Labelled">{compact(m.labels.joined)}</Item>
            {m.labels.attribution_window && <Item label="Labels within">{m.labels.attribution_window}</Item>}
            <Item label="Last event">{m.last_event ? <Ago at={m.last_event} /> : 'never'}</Item>
          </p>
        ) : facts.error ? null : (
          <Skeleton className="h-5 w-80 max-w-full" />
        )}
      </PageHeader>
      <nav aria-label="Model pages" className="-mx-4 mb-5 overflow-x-auto border-b border-line px-4 lg:mx-0 lg:px-0">
        <ul className="flex gap-5">
          {TABS.map(([path, label]) => {
            const current = pathname === base + path;
            return (
              <li key={path}>
                <Link
                  href={base + path + carried(params, path)}
                  aria-current={current ? 'page' : undefined}
                  className={`-mb-px block border-b-2 py-2 text-sm font-medium whitespace-nowrap ${current ? 'border-accent text-text' : 'border-transparent text-muted hover:text-text'}`}
                >
                  {label}
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>
    </>
  );
}

const OF_SLICES = ['', '/drift', '/slices', '/rows'];
/** The range stays the same from tab to tab, and so do the conditions where a tab knows them. */
function carried(params: URLSearchParams, path: string): string {
  const kept = new URLSearchParams();
  for (const key of ['range', 'from', 'to', ...(OF_SLICES.includes(path) ? ['filters'] : [])]) {
    const value = params.get(key);
    if (value) kept.set(key, value);
  }
  const query = kept.toString().replaceAll('%3A', ':');
  return query ? `?${query}` : '';
}

function Item({ label, children }: { label: string; children: ReactNode }) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-faint">{label}</span> {children}
    </span>
  );
}
