'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { SETTINGS } from '@/app/(console)/settings/pages';
import { useTheme } from '@/app/Providers';
import { copy } from '@/components/CodeBlock';
import { Dialog } from '@/components/Dialog';
import { Icon, type IconName } from '@/components/icons';
import { toast } from '@/components/Toast';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { THEMES } from '@/lib/theme';
import { type Command, matching } from './palette';

type Action = Command & { icon: IconName; run: () => void };

export function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Go to" bare>
      <Palette onClose={onClose} />
    </Dialog>
  );
}

function Palette({ onClose }: { onClose: () => void }) {
  const actions = useActions();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const hits = useMemo(() => matching(actions, typed, 14), [actions, typed]);
  const chosen = Math.min(at, hits.length - 1);

  useEffect(() => {
    list.current?.querySelector(`[data-at="${chosen}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  const run = (action: Action | undefined) => {
    if (!action) return;
    onClose();
    action.run();
  };
  return (
    <div>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Icon name="search" className="text-faint" />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={hits[chosen] ? `${listId}-${hits[chosen].id}` : undefined}
          aria-label="Go to a page, a model or an incident"
          placeholder="Go to a page, a model or an incident…"
          value={typed}
          onChange={(e) => {
            setTyped(e.target.value);
            setAt(0);
          }}
          onKeyDown={(e) => {
            if (e.key === 'ArrowDown') setAt((chosen + 1) % Math.max(1, hits.length));
            else if (e.key === 'ArrowUp') setAt((chosen - 1 + hits.length) % Math.max(1, hits.length));
            else if (e.key === 'Enter') run(hits[chosen]);
            else return;
            e.preventDefault();
          }}
          className="h-12 flex-1 bg-transparent text-base outline-none"
        />
        <kbd className="rounded border border-line px-1.5 text-2xs text-faint">esc</kbd>
      </div>
      <div ref={list} id={listId} role="listbox" aria-label="Results" className="max-h-[50vh] overflow-y-auto p-2">
        {hits.map((action, i) => (
          <div key={action.id}>
            {action.group !== hits[i - 1]?.group && (
              <p className="px-2.5 pt-2 pb-1 text-xs text-faint">{action.group}</p>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter is handled by the combobox that owns the focus. */}
            <div
              id={`${listId}-${action.id}`}
              data-at={i}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen}
              onClick={() => run(action)}
              onPointerMove={() => setAt(i)}
              className={`flex h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 text-sm ${i === chosen ? 'bg-accent/12 text-accent' : ''}`}
            >
              <Icon name={action.icon} className={i === chosen ? '' : 'text-faint'} />
              <span className="min-w-0 flex-1 truncate">{action.label}</span>
              {action.hint && <span className="max-w-[40%] truncate text-xs text-faint">{action.hint}</span>}
            </div>
          </div>
        ))}
        {hits.length === 0 && <p className="px-3 py-6 text-center text-sm text-muted">Nothing is called “{typed}”.</p>}
      </div>
    </div>
  );
}

const TABS = [
  ['Drift', paths.drift],
  ['Explorer', paths.slices],
  ['Versions', paths.versions],
  ['Labels', paths.labels],
  ['Data checks', paths.data],
  ['Rows', paths.rows],
] as const;

function useActions(): Action[] {
  const router = useRouter();
  const { setTheme } = useTheme();
  const models = useQuery(queries.models());
  const incidents = useQuery(queries.openIncidents());
  const views = useQuery(queries.views());
  return useMemo(() => {
    const to = (href: string) => () => router.push(href);
    return [
      { id: 'overview', group: 'Pages', label: 'Overview', icon: 'overview', run: to('/') },
      { id: 'review', group: 'Pages', label: 'Review', icon: 'review', run: to('/review') },
      { id: 'exports', group: 'Pages', label: 'Exports', icon: 'download', run: to('/exports') },
      { id: 'incidents', group: 'Pages', label: 'Incidents', icon: 'incident', run: to('/incidents') },
      { id: 'monitors', group: 'Pages', label: 'Monitors', icon: 'monitor', run: to('/monitors') },
      {
        id: 'quarantine',
        group: 'Pages',
        label: 'Quarantine',
        words: 'refused rejected events',
        icon: 'slash',
        run: to(paths.quarantine()),
      },
      ...SETTINGS.map(
        ([page, label, words]): Action => ({
          id: `settings-${page}`,
          group: 'Settings',
          label,
          words,
          icon: 'settings',
          run: to(paths.settings(page)),
        }),
      ),
      ...(incidents.data?.items ?? []).map(
        (i): Action => ({
          id: `incident-${i.id}`,
          group: 'Open incidents',
          label: `#${i.number} ${i.title}`,
          hint: i.model,
          icon: 'incident',
          run: to(paths.incident(i.id)),
        }),
      ),
      ...(views.data?.items ?? []).map(
        (v): Action => ({
          id: `view-${v.id}`,
          group: 'Saved views',
          label: v.name,
          hint: v.path.split(/[?#]/)[0],
          words: v.created_by,
          icon: 'bookmark',
          run: to(v.path),
        }),
      ),
      ...(models.data?.items ?? []).flatMap((m): Action[] => [
        {
          id: `model-${m.name}`,
          group: 'Models',
          label: m.name,
          hint: 'Performance',
          words: `${m.task} ${m.owner ?? ''}`,
          icon: 'model',
          run: to(paths.model(m.name)),
        },
        ...TABS.map(
          ([tab, path]): Action => ({
            id: `model-${m.name}-${tab}`,
            group: 'Models',
            label: m.name,
            hint: tab,
            icon: 'model',
            run: to(path(m.name)),
          }),
        ),
      ]),
      {
        id: 'link',
        group: 'Actions',
        label: 'Copy link to this view',
        icon: 'link',
        run: () =>
          void copy(location.href).then((done) =>
            toast(done ? 'Link copied' : 'The browser refused to copy', done ? 'ok' : 'error'),
          ),
      },
      ...THEMES.map(
        (theme): Action => ({
          id: `theme-${theme}`,
          group: 'Actions',
          label: `Theme: ${theme}`,
          icon: theme === 'dark' ? 'moon' : theme === 'light' ? 'sun' : 'system',
          run: () => setTheme(theme),
        }),
      ),
    ];
  }, [models.data, incidents.data, views.data, router, setTheme]);
}
