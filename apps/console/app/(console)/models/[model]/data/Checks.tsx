'use client';

import type { ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Chart } from '@/charts/Chart';
import { ChartCard, LegendItem } from '@/charts/ChartCard';
import type { Tokens } from '@/charts/theme';
import { VOLUME_HEIGHT, VOLUME_PLOT, volumeOption } from '@/charts/volume.option';
import { prepareVolume } from '@/charts/volume.prepare';
import { Badge, type Tone } from '@/components/Badge';
import { Card } from '@/components/Card';
import type { IconName } from '@/components/icons';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { Ago, At, useNow } from '@/components/Time';
import type { ChecksAnswer } from '@/lib/api';
import { duration, group, plural, utc } from '@/lib/format';
import { queries } from '@/lib/queries';
import { parseRange, STEP, type Step } from '@/lib/range';
import { iso } from '@/lib/time';
import { Quarantine } from '../../../quarantine/Quarantine';
import { RangeBar } from '../RangeBar';
import { useView } from '../useView';
import { CheckStates } from './CheckStates';

export function Checks({ model }: { model: string }) {
  const facts = useQuery(queries.model(model));
  return (
    <Loaded framed query={facts} skeleton={<Skeleton className="h-[30rem] w-full" />}>
      {(m) => <ChecksOf model={m} />}
    </Loaded>
  );
}

function ChecksOf({ model }: { model: ModelView }) {
  const view = useView(model);
  const asked = parseRange((key) => view.params.get(key)) !== null;
  // Without a range the server shows as much as its judgement looks at.
  const query = useQuery(queries.checks(model.name, asked ? { from: iso(view.from), to: iso(view.to) } : {}));
  return (
    <>
      <RangeBar view={view} granular={false} unset={!asked} />
      <Loaded framed query={query} skeleton={<Skeleton className="h-[30rem] w-full rounded-lg" />}>
        {(checks) => (
          <div className="flex flex-col gap-4">
            <Status checks={checks} />
            <CheckStates model={model.name} checks={checks.checks} contract={checks.contract} />
            <Volume model={model.name} volume={checks.volume} onRange={(from, to) => view.setRange({ from, to })} />
            <Schema schema={checks.schema} />
          </div>
        )}
      </Loaded>
      <div className="mt-4">
        <Quarantine model={model.name} />
      </div>
    </>
  );
}

type Look = [Tone, IconName, string];
const FRESH: Record<ChecksAnswer['freshness']['state'], Look> = {
  ok: ['ok', 'check', 'Fresh'],
  late: ['critical', 'incident', 'Late'],
  not_armed: ['neutral', 'slash', 'Not armed'],
  no_data: ['neutral', 'slash', 'No data'],
};
const VOLUME: Record<ChecksAnswer['volume']['state'], Look> = {
  ok: ['ok', 'check', 'As usual'],
  low: ['critical', 'incident', 'Fewer than usual'],
  high: ['warning', 'incident', 'More than usual'],
  not_armed: ['neutral', 'slash', 'Not armed'],
  no_data: ['neutral', 'slash', 'No data'],
};

/** The three answers in one line, before any picture. */
function Status({ checks }: { checks: ChecksAnswer }) {
  const { freshness: f, volume: v, schema: s } = checks;
  // The running window is not judged, and half a count says nothing.
  const newest = v.windows.findLast((w) => w.state !== 'unknown') ?? v.windows.at(-1);
  const changes = s.changes.length;
  return (
    <ul className="grid gap-px overflow-hidden rounded-lg border border-line bg-line shadow-card sm:grid-cols-3">
      <Tile
        name="Freshness"
        look={FRESH[f.state]}
        value={f.last_event ? <Ago at={f.last_event} /> : 'never'}
        detail={
          f.state === 'not_armed'
            ? 'Only live events arm it'
            : f.limit_ms === null
              ? 'No limit is known yet'
              : `may be silent for ${duration(f.limit_ms)}`
        }
      />
      <Tile
        name="Volume"
        look={VOLUME[v.state]}
        value={newest ? group(newest.count) : '–'}
        detail={
          newest
            ? newest.expected === null
              ? `newest ${v.window}`
              : `${group(newest.expected)} usual · newest closed ${v.window}`
            : 'No window yet'
        }
      />
      <Tile
        name="Schema"
        look={
          s.against === null
            ? ['neutral', 'slash', 'No reference']
            : changes === 0
              ? ['ok', 'check', 'Unchanged']
              : ['warning', 'incident', plural(changes, 'change')]
        }
        value={s.against === null ? '–' : changes === 0 ? 'None' : String(changes)}
        detail={s.against === null ? 'Nothing to compare with' : `against ${s.against}`}
      />
    </ul>
  );
}

function Tile({
  name,
  look: [tone, icon, label],
  value,
  detail,
}: {
  name: string;
  look: Look;
  value: ReactNode;
  detail: string;
}) {
  return (
    <li className="bg-surface p-4">
      <div className="flex items-center justify-between gap-2">
        <span className="text-xs text-muted">{name}</span>
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      </div>
      <p className="mt-1 text-lg font-semibold">{value}</p>
      <p className="text-xs text-faint">{detail}</p>
    </li>
  );
}

function Volume({
  model,
  volume,
  onRange,
}: {
  model: string;
  volume: ChecksAnswer['volume'];
  onRange: (from: number, to: number) => void;
}) {
  const hour = Math.floor(useNow() / 3_600_000) * 3_600_000;
  const step = STEP[volume.window as Step] ?? STEP['1h'];
  const chart = useMemo(() => prepareVolume(volume.windows, step), [volume, step]);
  const option = useMemo(
    () => (t: Tokens, width: number) => volumeOption(chart, { utc: step >= STEP['1d'], now: hour }, t, width),
    [chart, step, hour],
  );
  const stops = useMemo(() => chart.items.map((w) => w.x), [chart]);
  if (chart.items.length === 0)
    return (
      <Card title="Volume" flush>
        <Empty compact icon="chart" title="No window in this range">
          What is usual is learned from the model&apos;s own history, hour by hour of the week.
        </Empty>
      </Card>
    );
  return (
    <ChartCard
      title="Volume"
      note={`predictions per ${volume.window} · ${chart.odd === 0 ? 'all windows as usual' : `${plural(chart.odd, 'window')} of ${chart.items.length} out of the band`}`}
      name={`${model}-volume`}
      table={{
        columns: [
          { header: 'Window start (UTC)', text: (v) => utc(String(v)).slice(0, 16) },
          { header: 'Predictions' },
          { header: 'Usual' },
          { header: 'Low' },
          { header: 'High' },
          { header: 'State' },
        ],
        rows: volume.windows.map((w) => [w.start, w.count, w.expected, w.low, w.high, w.state]),
      }}
      legend={
        <>
          <LegendItem mark="bar" colour="color-mix(in srgb, var(--accent) 50%, transparent)">
            predictions
          </LegendItem>
          <LegendItem mark="band" colour="var(--reference)">
            usual band
          </LegendItem>
          {chart.odd > 0 && (
            <LegendItem mark="incident" colour="var(--critical)">
              out of the band
            </LegendItem>
          )}
        </>
      }
    >
      <div className="px-1 pb-2">
        <Chart
          overTime
          label={`Predictions of ${model} per ${volume.window} against the usual band; ${chart.odd} of ${chart.items.length} windows are out of it.`}
          option={option}
          height={VOLUME_HEIGHT}
          plot={VOLUME_PLOT}
          stops={stops}
          onRange={(a, b) => onRange(Math.floor(a / step) * step, Math.ceil(b / step) * step)}
        />
      </div>
    </ChartCard>
  );
}

type Change = ChecksAnswer['schema']['changes'][number];
const CHANGE: Record<Change['change'], Look> = {
  appeared: ['accent', 'plus', 'appeared'],
  vanished: ['critical', 'close', 'vanished'],
  type_changed: ['critical', 'incident', 'type changed'],
  missing_surge: ['warning', 'incident', 'more missing'],
};
const COLUMNS: Column<Change>[] = [
  {
    key: 'feature',
    header: 'Feature',
    sort: (c) => c.feature,
    csv: (c) => c.feature,
    cell: (c) => <span className="font-medium">{c.feature}</span>,
  },
  {
    key: 'change',
    header: 'Change',
    sort: (c) => c.change,
    csv: (c) => c.change,
    cell: (c) => {
      const [tone, icon, label] = CHANGE[c.change];
      return (
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      );
    },
  },
  {
    key: 'detail',
    header: 'What',
    csv: (c) => c.detail,
    narrow: 'wide',
    className: 'text-muted',
    cell: (c) => c.detail,
  },
  {
    key: 'since',
    header: 'Since',
    sort: (c) => (c.since ? Date.parse(c.since) : null),
    csv: (c) => c.since,
    className: 'whitespace-nowrap',
    cell: (c) => (c.since ? <At at={c.since} /> : '–'),
  },
];

function Schema({ schema }: { schema: ChecksAnswer['schema'] }) {
  return (
    <Card flush title="Schema" note={schema.against ? `against ${schema.against}` : undefined}>
      {schema.changes.length === 0 ? (
        schema.against === null ? (
          <Empty compact icon="table" title="There is no reference to compare with">
            Send the training set as a reference to see features that appear, vanish or change their type.
          </Empty>
        ) : (
          <Empty compact icon="check" title="The features are those of the reference" />
        )
      ) : (
        <Table
          cards
          caption="Schema changes"
          rows={schema.changes}
          columns={COLUMNS}
          rowKey={(c) => c.feature + c.change}
        />
      )}
    </Card>
  );
}
