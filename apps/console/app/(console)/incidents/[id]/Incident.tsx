'use client';

import type { IncidentView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { Icon, type IconName } from '@/components/icons';
import { Link } from '@/components/Link';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { IncidentBadge, SeverityBadge } from '@/components/status';
import { Ago, At, useNow } from '@/components/Time';
import { duration, plural } from '@/lib/format';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { PageHeader } from '@/shell/PageHeader';
import { Deliveries } from './Deliveries';
import { EvidenceCard } from './EvidenceCard';
import { MuteDialog } from './MuteDialog';
import { Muted } from './Muted';
import { type Suspect, suspects } from './suspects';
import { Timeline } from './Timeline';
import { useActions } from './useActions';

export function Incident({ id }: { id: string }) {
  const query = useQuery(queries.incident(id));
  return (
    <Loaded framed query={query} skeleton={<IncidentSkeleton />}>
      {(incident) => <IncidentOf incident={incident} />}
    </Loaded>
  );
}

function IncidentSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="mb-3 h-4 w-40" />
      <Skeleton className="mb-6 h-8 w-2/3" />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_21rem]">
        <Skeleton className="h-[32rem]" />
        <Skeleton className="h-80" />
      </div>
    </div>
  );
}

function IncidentOf({ incident: i }: { incident: IncidentView }) {
  const actions = useActions(i.id);
  const may = useMayWrite();
  const { params, set } = useUrl();
  // Messages link here with `mute=1`.
  const muting = params.get('mute') === '1';
  const setMuting = (open: boolean) => set({ mute: open ? '1' : null }, true);
  const model = useQuery(queries.model(i.model));
  const annotations = useQuery(queries.annotations(i.model));
  const suspected = suspects(i, model.data ?? null, annotations.data?.items ?? []);

  return (
    <>
      <title>{`#${i.number} ${i.title} · Plumbline`}</title>
      <PageHeader
        crumbs={[
          { label: 'Incidents', href: '/incidents' },
          { label: i.model, href: paths.model(i.model) },
        ]}
        title={
          <>
            <span className="mr-2 font-normal text-faint">#{i.number}</span>
            {i.title}
          </>
        }
      >
        <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2">
          <span className="flex items-center gap-1.5">
            <IncidentBadge state={i.state} />
            <SeverityBadge severity={i.severity} />
          </span>
          <span>
            since <At at={i.since} className="font-medium text-text" />
            <span className="text-faint">
              {' '}
              (<Ago at={i.since} />)
            </span>
          </span>
          {i.acknowledged_by && i.state !== 'open' && <span>taken by {i.acknowledged_by}</span>}
          <div className="flex w-full flex-wrap gap-2 md:ml-auto md:w-auto">
            {may ? (
              <>
                {i.state === 'open' && (
                  <Button
                    look="primary"
                    icon="check"
                    disabled={actions.acknowledge.isPending}
                    onClick={() => actions.acknowledge.mutate()}
                  >
                    Acknowledge
                  </Button>
                )}
                {i.state !== 'resolved' && (
                  <Button
                    icon="check"
                    look={i.state === 'acknowledged' ? 'primary' : 'plain'}
                    disabled={actions.resolve.isPending}
                    onClick={() => actions.resolve.mutate()}
                  >
                    Resolve
                  </Button>
                )}
                <Button icon="mute" onClick={() => setMuting(true)}>
                  Mute…
                </Button>
              </>
            ) : (
              <span className="text-xs text-faint">{READ_ONLY}</span>
            )}
          </div>
        </div>
      </PageHeader>

      <Muted incident={i} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="flex min-w-0 flex-col gap-4">
          {suspected.length > 0 && <Suspects suspects={suspected} />}
          {i.evidence.length === 0 ? (
            <Card>
              <Empty compact icon="chart" title="No evidence was kept">
                The monitors of this incident did not record any.
              </Empty>
            </Card>
          ) : (
            i.evidence.map((e, at) => <EvidenceCard key={e.monitor_id} model={i.model} evidence={e} folded={at > 0} />)
          )}
        </div>
        <aside aria-label="Details" className="grid min-w-0 gap-4 md:grid-cols-2 xl:grid-cols-1">
          <Details incident={i} />
          <div className="md:row-span-2 xl:row-span-1">
            <Timeline
              mayWrite={may}
              entries={i.timeline}
              busy={actions.note.isPending}
              onNote={(text) => actions.note.mutate(text)}
            />
          </div>
          <Deliveries deliveries={i.deliveries} onResend={may ? (id) => actions.resend.mutate(id) : null} />
        </aside>
      </div>
      <MuteDialog
        incident={i}
        open={muting}
        onClose={() => setMuting(false)}
        onMute={(body) => actions.mute.mutate(body)}
      />
    </>
  );
}

const SUSPECT: Record<Suspect['kind'], [IconName, string]> = {
  upstream: ['incident', 'data check'],
  deploy: ['deploy', 'deploy'],
  data: ['note', 'data change'],
  version: ['deploy', 'new version'],
  source: ['link', 'shared source'],
  feature: ['chart', 'moved feature'],
  moved: ['chart', 'goes along with it'],
  slice: ['filter', 'slice'],
};

function Suspects({ suspects }: { suspects: Suspect[] }) {
  return (
    <Card title="What may be behind it" note="from the evidence and what was changed around that time">
      <ul className="flex flex-col gap-2">
        {suspects.slice(0, 5).map((s) => {
          const [icon, label] = SUSPECT[s.kind];
          return (
            <li key={s.kind + s.text} className="flex gap-2.5">
              <Icon name={icon} size={14} className="mt-0.5 shrink-0 text-note" />
              <span className="flex flex-wrap items-baseline gap-x-2.5 gap-y-0.5">
                <span className="font-medium">{s.text}</span>
                <span className="text-xs text-faint">
                  {label}
                  {s.at && (
                    <>
                      {' · '}
                      <At at={s.at} />
                    </>
                  )}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Details({ incident: i }: { incident: IncidentView }) {
  const now = useNow();
  const end = i.resolved_at ? Date.parse(i.resolved_at) : now;
  return (
    <Card title="Details">
      <Facts
        items={[
          {
            label: 'Model',
            value: (
              <Link href={paths.model(i.model)} className="font-medium text-accent hover:underline">
                {i.model}
              </Link>
            ),
          },
          { label: i.resolved_at ? 'Duration' : 'Duration so far', value: duration(end - Date.parse(i.since)) },
          { label: 'Began', value: <At at={i.since} /> },
          { label: 'Noticed', value: <At at={i.opened_at} /> },
          ...(i.acknowledged_at ? [{ label: 'Acknowledged', value: <At at={i.acknowledged_at} /> }] : []),
          ...(i.resolved_at ? [{ label: 'Resolved', value: <At at={i.resolved_at} /> }] : []),
        ]}
      />
      <p className="mt-4 mb-1.5 text-xs text-faint">{plural(i.monitors.length, 'monitor')}</p>
      <ul className="flex flex-col gap-1.5">
        {i.monitors.map((m) => (
          <li key={m.id} className="flex items-center gap-2">
            <Link href={paths.monitor(m.id)} className="min-w-0 flex-1 truncate hover:underline">
              {m.name}
            </Link>
            <Badge tone={m.firing ? 'critical' : 'ok'} icon={m.firing ? 'incident' : 'check'}>
              {m.firing ? 'firing' : 'clear'}
            </Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}
