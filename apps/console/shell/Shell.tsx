'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { type ReactNode, useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useTheme } from '@/app/Providers';
import { Button } from '@/components/Button';
import { Icon, type IconName, Logo } from '@/components/icons';
import { Link } from '@/components/Link';
import { HEALTH_RANK } from '@/components/rank';
import { Skeleton } from '@/components/States';
import { HealthMark } from '@/components/status';
import { follow } from '@/lib/live';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { THEMES } from '@/lib/theme';
import { CommandPalette } from './CommandPalette';
import { FirstAccount } from './FirstAccount';
import { signOut } from './sign-out';
import { useSwitchProject } from './useSwitchProject';

/** `wide`: on narrow screens it is reached from other pages. */
const NAV: { href: string; label: string; icon: IconName; wide?: true }[] = [
  { href: '/', label: 'Overview', icon: 'overview' },
  { href: '/incidents', label: 'Incidents', icon: 'incident' },
  { href: '/monitors', label: 'Monitors', icon: 'monitor' },
  { href: '/review', label: 'Review', icon: 'review' },
  { href: '/exports', label: 'Exports', icon: 'download', wide: true },
  { href: '/settings', label: 'Settings', icon: 'settings' },
];
const MODELS_SHOWN = 12;

const isCurrent = (pathname: string, href: string) =>
  href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);

export function Shell({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const pathname = usePathname();
  const [palette, setPalette] = useState(false);
  const close = useCallback(() => setPalette(false), []);
  const incidents = useQuery(queries.openIncidents());
  const open = incidents.data?.items.length ?? 0;
  const hydrated = useHydrated();

  useEffect(() => follow(client), [client]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPalette((shown) => !shown);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="lg:pl-54">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2 focus:shadow-raised"
      >
        Skip to content
      </a>
      <aside className="fixed inset-y-0 left-0 z-30 hidden w-54 flex-col border-r border-line bg-surface lg:flex">
        <Link href="/" className="flex h-13 items-center gap-2.5 px-4 text-base font-semibold tracking-tight">
          <Logo /> Plumbline
        </Link>
        <div className="px-3 pb-3">
          <button
            type="button"
            onClick={() => setPalette(true)}
            className="flex h-8 w-full items-center gap-2 rounded-md border border-line bg-sunken px-2.5 text-sm text-faint hover:border-line-strong hover:text-text"
          >
            <Icon name="search" size={14} />
            Go to…
            <Keys />
          </button>
        </div>
        <nav aria-label="Main" className="flex flex-col gap-0.5 px-3">
          {NAV.map((item) => (
            <NavLink
              key={item.href}
              {...item}
              current={isCurrent(pathname, item.href)}
              count={item.href === '/incidents' ? open : 0}
            />
          ))}
        </nav>
        <ModelNav pathname={pathname} />
        <Footer />
      </aside>

      <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-line bg-surface px-4 lg:hidden">
        <Link href="/" className="flex items-center gap-2 text-base font-semibold tracking-tight">
          <Logo /> Plumbline
        </Link>
        <div className="ml-auto flex">
          <Button look="ghost" icon="search" label="Go to…" onClick={() => setPalette(true)} />
          <ThemeToggle />
        </div>
      </header>

      <main
        id="main"
        tabIndex={-1}
        className="mx-auto min-h-[calc(100dvh-3rem)] max-w-[100rem] px-4 pt-4 pb-24 outline-none lg:min-h-dvh lg:px-7 lg:pt-6 lg:pb-12"
      >
        {hydrated ? (
          <>
            {pathname === '/' && <FirstAccount />}
            {children}
          </>
        ) : (
          <PageSkeleton />
        )}
      </main>

      <nav
        aria-label="Main"
        className="fixed inset-x-0 bottom-0 z-20 grid auto-cols-fr grid-flow-col border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {NAV.filter((item) => !item.wide).map((item) => {
          const current = isCurrent(pathname, item.href);
          return (
            <Link
              key={item.href}
              href={item.href}
              aria-current={current ? 'page' : undefined}
              className={`relative flex h-14 flex-col items-center justify-center gap-0.5 text-2xs font-medium ${current ? 'text-accent' : 'text-muted'}`}
            >
              <Icon name={item.icon} size={18} />
              {item.label}
              {item.href === '/incidents' && open > 0 && (
                <span className="absolute top-1.5 left-1/2 ml-2 rounded-full bg-critical px-1.5 text-2xs leading-4 font-semibold text-surface">
                  {open}
                </span>
              )}
            </Link>
          );
        })}
      </nav>
      <CommandPalette open={palette} onClose={close} />
    </div>
  );
}

/**
 * Pages are drawn in the browser only: their data come from there, and a page that hydrates after the first answer has
 * arrived would not match what the server sent.
 */
const never = () => () => {};
const useHydrated = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );

function PageSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="mb-6 h-8 w-56" />
      <Skeleton className="h-96 w-full" />
    </div>
  );
}

function NavLink({
  href,
  label,
  icon,
  current,
  count,
}: {
  href: string;
  label: string;
  icon: IconName;
  current: boolean;
  count: number;
}) {
  return (
    <Link
      href={href}
      aria-current={current ? 'page' : undefined}
      className={`flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium ${current ? 'bg-accent/10 text-accent' : 'text-muted hover:bg-hover hover:text-text'}`}
    >
      <Icon name={icon} />
      {label}
      {count > 0 && (
        <span className="ml-auto rounded-full bg-critical/12 px-1.5 text-xs font-semibold text-critical">
          {count}
          <span className="sr-only"> unresolved</span>
        </span>
      )}
    </Link>
  );
}

function ModelNav({ pathname }: { pathname: string }) {
  const { data } = useQuery(queries.models());
  const models = [...(data?.items ?? [])].sort(
    (a, b) => HEALTH_RANK[a.health] - HEALTH_RANK[b.health] || a.name.localeCompare(b.name),
  );
  if (models.length === 0) return <div className="flex-1" />;
  return (
    <nav aria-label="Models" className="mt-5 flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto px-3 pb-3">
      <p className="px-2.5 pb-1 text-xs font-medium text-faint">Models</p>
      {models.slice(0, MODELS_SHOWN).map((m) => {
        const current = isCurrent(pathname, paths.model(m.name));
        return (
          <Link
            key={m.name}
            href={paths.model(m.name)}
            aria-current={current ? 'page' : undefined}
            className={`flex h-8 shrink-0 items-center gap-2.5 rounded-md px-2.5 text-sm ${current ? 'bg-accent/10 font-medium text-accent' : 'text-muted hover:bg-hover hover:text-text'}`}
          >
            <HealthMark health={m.health} />
            <span className="truncate" title={m.name}>
              {m.name}
            </span>
          </Link>
        );
      })}
      {models.length > MODELS_SHOWN && (
        <Link href="/" className="px-2.5 py-1 text-xs text-faint hover:text-text">
          All {models.length} models
        </Link>
      )}
    </nav>
  );
}

function Footer() {
  const { data: session } = useQuery(queries.session());
  const enter = useSwitchProject();
  const others = (session?.projects.length ?? 0) > 1;
  return (
    <div className="flex items-center gap-1 border-t border-line px-3 py-2">
      <div className="min-w-0 flex-1">
        {session && others ? (
          <select
            aria-label="Project"
            value={session.project_id}
            disabled={enter.isPending}
            onChange={(e) => enter.mutate(e.target.value)}
            className="w-full truncate rounded px-0.5 bg-transparent text-xs font-medium hover:bg-hover [&>option]:bg-raised"
          >
            {session.projects.map((p) => (
              <option key={p.id} value={p.id}>
                {p.name}
              </option>
            ))}
          </select>
        ) : (
          <p className="truncate px-1 text-xs font-medium">{session?.project ?? ' '}</p>
        )}
        <Link
          href={paths.settings('account')}
          data-tip={session?.person?.email ?? 'Signed in with a key'}
          className="block truncate rounded px-1 text-2xs text-faint hover:text-text hover:underline"
        >
          {session?.name ?? ' '}
        </Link>
      </div>
      <ThemeToggle />
      <Button look="ghost" icon="logout" label="Sign out" onClick={() => void signOut()} />
    </div>
  );
}

const THEME_ICON = { system: 'system', light: 'sun', dark: 'moon' } as const;
function ThemeToggle() {
  const { theme, setTheme } = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
  return (
    <Button
      look="ghost"
      icon={THEME_ICON[theme]}
      label={`Theme: ${theme}. Change to ${next}`}
      onClick={() => setTheme(next)}
    />
  );
}

function Keys() {
  const [mac, setMac] = useState(false);
  useEffect(() => setMac(/mac|iphone|ipad/i.test(navigator.platform)), []);
  return (
    <kbd className="ml-auto rounded border border-line bg-surface px-1 font-sans text-2xs text-faint">
      {mac ? '⌘ K' : 'Ctrl K'}
    </kbd>
  );
}
