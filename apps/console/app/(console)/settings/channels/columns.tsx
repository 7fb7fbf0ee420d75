import type { ChannelView } from '@plumbline/contracts';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import type { Column } from '@/components/Table';
import { Ago } from '@/components/Time';
import { plural } from '@/lib/format';
import { READ_ONLY } from '@/lib/may';
import { receives } from './draft';

export const KIND = { slack: 'Slack', pagerduty: 'PagerDuty', webhook: 'Webhook' } as const;

/** Where it goes to, as far as it may be shown. */
const target = ({ kind, config }: ChannelView): string =>
  (kind === 'slack' ? (config.channel ?? config.url) : config.url) ?? '';

function Health({ health }: { health: ChannelView['health'] }) {
  const failed = plural(health.failures, 'failure');
  return (
    <div className="flex flex-col items-start gap-0.5">
      {health.state === 'ok' ? (
        health.last_sent_at ? (
          <Badge tone="ok" icon="check">
            Delivers
          </Badge>
        ) : (
          <Badge icon="circle">Nothing sent yet</Badge>
        )
      ) : (
        <Badge tone="critical" icon="incident" tip={health.last_error ?? undefined}>
          {health.state === 'paused' ? `Paused after ${failed}` : `Failing, ${failed}`}
        </Badge>
      )}
      {health.state !== 'ok' && health.last_error && (
        <p className="max-w-72 truncate text-xs text-critical" title={health.last_error}>
          {health.last_error}
        </p>
      )}
      {health.last_sent_at && (
        <p className="text-xs whitespace-nowrap text-faint">
          last <Ago at={health.last_sent_at} />
        </p>
      )}
    </div>
  );
}

type Acts = Record<'edit' | 'remove' | 'test', (channel: ChannelView) => void>;

export const columnsOf = (may: boolean, { edit, remove, test }: Acts): Column<ChannelView>[] => [
  {
    key: 'name',
    header: 'Channel',
    narrow: 'wide',
    sort: (c) => c.name.toLowerCase(),
    cell: (c) => (
      <div className="min-w-0">
        <p className="flex items-center gap-2 font-medium">
          <span className="min-w-0 wrap-anywhere">{c.name}</span>
          {c.default && <Badge tone="accent">default</Badge>}
        </p>
        <p className="text-xs text-faint wrap-anywhere">
          {KIND[c.kind]} {target(c)}
        </p>
      </div>
    ),
  },
  {
    key: 'hears',
    header: 'Receives',
    narrow: 'wide',
    className: 'text-muted',
    cell: (c) => <span className="text-pretty">{receives(c)}</span>,
  },
  { key: 'health', header: 'Deliveries', cell: (c) => <Health health={c.health} /> },
  {
    key: 'acts',
    header: '',
    align: 'right',
    narrow: 'wide',
    cell: (c) => (
      <span className="inline-flex gap-1.5" data-tip={may ? undefined : READ_ONLY}>
        <Button icon="send" disabled={!may} onClick={() => test(c)}>
          Test
        </Button>
        <Button disabled={!may} onClick={() => edit(c)}>
          Change
        </Button>
        <Button look="danger" icon="close" label={`Delete ${c.name}`} disabled={!may} onClick={() => remove(c)} />
      </span>
    ),
  },
];
