'use client';

import type { ModelView } from '@plumbline/contracts';
import { monitorKind } from '@plumbline/contracts';
import { Choice, Field, Group, Input } from '@/components/Fields';
import { FilterBar } from '@/filters/FilterBar';
import { CHOICES, measureLabel, metricLabel } from '@/lib/metrics';
import type { Draft } from './draft';

const KINDS: Record<Draft['kind'], string> = {
  performance: 'Performance',
  drift: 'Drift',
  missing: 'Missing values',
  volume: 'Volume',
  freshness: 'Freshness',
  schema: 'Schema and contract',
  skew: 'Training-serving skew',
  latency: 'Latency',
  label_coverage: 'Label coverage',
  staleness: 'Model age',
};
const MEASURES = ['psi', 'js_distance', 'hellinger', 'ks', 'wasserstein_normalised', 'chi_square', 'total_variation'];
const SCHEMA_MEASURES = ['types', 'values', 'range', 'new_categories', 'cardinality', 'constant', 'outputs'];

type Props = {
  draft: Draft;
  errors: Record<string, string>;
  model: ModelView | undefined;
  models: string[];
  channels: { id: string; name: string; kind: string }[];
  onChange: (draft: Draft) => void;
};

/** Everything about a monitor, in the order in which one thinks of it: what, on which rows, compared with what, when, whom to tell. */
export function MonitorForm({ draft: d, errors, model, models, channels, onChange }: Props) {
  const set =
    <K extends keyof Draft>(key: K) =>
    (value: Draft[K]) =>
      onChange({ ...d, [key]: value });
  return (
    <div>
      <Group title="What to watch">
        <Field label="Name" error={errors.name} wide>
          <Input
            value={d.name}
            onChange={set('name')}
            invalid={Boolean(errors.name)}
            placeholder="Accuracy in Brazil"
          />
        </Field>
        <Field label="Model" error={errors.model}>
          <Choice value={d.model} onChange={set('model')} options={models.map((m) => [m, m] as const)} />
        </Field>
        <Field label="Kind">
          <Choice
            value={d.kind}
            onChange={(kind) => onChange({ ...d, kind, metric: '', measure: '' })}
            options={monitorKind.options.map((k) => [k, KINDS[k]] as const)}
          />
        </Field>
        <Target d={d} model={model} set={set} />
      </Group>
      <Group title="On which rows">
        <div className="col-span-full">
          <p className="mb-1 text-xs text-muted">Slice</p>
          {model && <FilterBar scope={{ model: model.name }} filters={d.slice} onChange={set('slice')} />}
        </div>
        <Field label="Per" hint="fields to fan out by: tags.country" error={errors.per} wide>
          <Input value={d.per} onChange={set('per')} invalid={Boolean(errors.per)} placeholder="one for all" />
        </Field>
        <Field label="Window" hint="rows judged together: 1h, 1d" error={errors.window}>
          <Input value={d.window} onChange={set('window')} invalid={Boolean(errors.window)} />
        </Field>
        <Field label="Every" error={errors.every}>
          <Input value={d.every} onChange={set('every')} invalid={Boolean(errors.every)} placeholder="by the window" />
        </Field>
        <Field label="Offset" hint="how long rows are waited for" error={errors.offset}>
          <Input value={d.offset} onChange={set('offset')} invalid={Boolean(errors.offset)} placeholder="none" />
        </Field>
        <Field label="Least rows" error={errors.min_samples}>
          <Input value={d.minSamples} onChange={set('minSamples')} inputMode="numeric" placeholder="by its kind" />
        </Field>
      </Group>
      <Rule d={d} errors={errors} set={set} />
      <Group title="When to fire, when to stop">
        <Field label="Bad windows in a row" error={errors.for}>
          <Input value={d.for} onChange={set('for')} inputMode="numeric" invalid={Boolean(errors.for)} />
        </Field>
        <Field label="Good windows to resolve" error={errors.resolve_for}>
          <Input
            value={d.resolveFor}
            onChange={set('resolveFor')}
            inputMode="numeric"
            invalid={Boolean(errors.resolve_for)}
          />
        </Field>
        <Field label="Without data">
          <Choice
            value={d.noData}
            onChange={set('noData')}
            options={[
              ['keep', 'stay as it is'],
              ['ok', 'count as good'],
              ['alert', 'count as bad'],
            ]}
          />
        </Field>
        <Field label="Escalate after" hint="critical if nobody takes it" error={errors.escalate_after}>
          <Input
            value={d.escalateAfter}
            onChange={set('escalateAfter')}
            placeholder="never"
            invalid={Boolean(errors.escalate_after)}
          />
        </Field>
      </Group>
      <Group title="Whom to tell">
        <Field label="Severity">
          <Choice
            value={d.severity}
            onChange={set('severity')}
            options={[
              ['info', 'info'],
              ['warning', 'warning'],
              ['critical', 'critical'],
            ]}
          />
        </Field>
        <div className="col-span-full flex flex-col gap-1.5">
          <p className="text-xs text-muted">Channels</p>
          {channels.length === 0 && <p className="text-xs text-faint">There are none yet: POST /v1/channels.</p>}
          {channels.map((c) => (
            <label key={c.id} className="flex cursor-pointer items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="accent-accent-fill"
                checked={d.channels.includes(c.id)}
                onChange={(e) =>
                  set('channels')(e.target.checked ? [...d.channels, c.id] : d.channels.filter((id) => id !== c.id))
                }
              />
              {c.name} <span className="text-faint">{c.kind}</span>
            </label>
          ))}
          {channels.length > 0 && d.channels.length === 0 && (
            <p className="text-xs text-faint">None chosen: the channels' own rules decide.</p>
          )}
        </div>
      </Group>
    </div>
  );
}

type Set = <K extends keyof Draft>(key: K) => (value: Draft[K]) => void;

function Target({ d, model, set }: { d: Draft; model: ModelView | undefined; set: Set }) {
  if (d.kind === 'performance' || d.kind === 'latency') {
    const all = d.kind === 'latency' ? ['latency_p50', 'latency_p95'] : CHOICES[model?.task ?? 'binary'];
    const known = d.metric && !all.includes(d.metric) ? [d.metric, ...all] : all;
    return (
      <Field label="Metric">
        <Choice
          value={d.metric}
          onChange={set('metric')}
          options={[
            ['', d.kind === 'latency' ? 'median and 95 %' : 'the main metric'],
            ...known.map((m) => [m, metricLabel(m)] as const),
          ]}
        />
      </Field>
    );
  }
  if (d.kind !== 'drift' && d.kind !== 'missing' && d.kind !== 'skew' && d.kind !== 'schema') return null;
  const measures = d.kind === 'schema' ? SCHEMA_MEASURES : MEASURES;
  return (
    <>
      {d.kind !== 'missing' && (
        <Field label="Measure">
          <Choice
            value={d.measure}
            onChange={set('measure')}
            options={[
              ['', d.kind === 'schema' ? 'names and types' : 'PSI'],
              ...measures.map((m) => [m, d.kind === 'schema' ? m.replace('_', ' ') : measureLabel(m)] as const),
            ]}
          />
        </Field>
      )}
      <Field label="Features" hint="separated by commas">
        <Input value={d.features} onChange={set('features')} placeholder="all" />
      </Field>
    </>
  );
}

function Rule({ d, errors, set }: { d: Draft; errors: Record<string, string>; set: Set }) {
  return (
    <Group title="When it is bad">
      <Field label="Compared with" error={errors.compare}>
        <Choice
          value={d.compareTo}
          onChange={set('compareTo')}
          options={[
            ['', 'what fits its kind'],
            ['reference', 'the reference'],
            ['previous', 'the time before'],
            ...(d.kind === 'drift' ? ([['trailing', 'the weeks before']] as const) : []),
            ['version', 'another version'],
            ['threshold', 'a threshold'],
          ]}
        />
      </Field>
      <Field label="Threshold">
        <Choice
          value={d.rule}
          onChange={set('rule')}
          options={[
            ['none', 'decided statistically'],
            ['number', 'a number of mine'],
            ['auto', 'for a budget of false alarms'],
          ]}
        />
      </Field>
      {d.compareTo === 'version' && (
        <Field label="Version" error={errors.compare}>
          <Input value={d.version} onChange={set('version')} />
        </Field>
      )}
      {d.rule === 'number' && (
        <>
          <Field label="Bad when it is">
            <Choice
              value={d.op}
              onChange={set('op')}
              options={[
                ['lt', 'below'],
                ['gt', 'above'],
              ]}
            />
          </Field>
          <Field label="Value" error={errors.condition}>
            <Input value={d.value} onChange={set('value')} inputMode="decimal" invalid={Boolean(errors.condition)} />
          </Field>
          <Field label="Well again at" hint="another value ends it, so that it does not flap">
            <Input value={d.clear} onChange={set('clear')} inputMode="decimal" placeholder="the same" />
          </Field>
        </>
      )}
      {d.rule === 'auto' && (
        <Field label="False alarms" hint="such as 1 per 30d" error={errors.condition}>
          <Input value={d.falseAlarms} onChange={set('falseAlarms')} invalid={Boolean(errors.condition)} />
        </Field>
      )}
      {d.rule !== 'number' && d.compareTo !== 'threshold' && (
        <Field label="Tolerance" hint="a change that does not matter">
          <Input value={d.tolerance} onChange={set('tolerance')} inputMode="decimal" placeholder="by its kind" />
        </Field>
      )}
    </Group>
  );
}
