import type { FeatureDrift, ModelView } from '@plumbline/contracts';
import { Badge } from '@/components/Badge';
import { Facts } from '@/components/Card';
import { Table } from '@/components/Table';
import { DASH, group, number, percent } from '@/lib/format';
import { changeText, metricLabel } from '@/lib/metrics';

/** What a feature amounts to on both sides, what is new in it, and whether that matters. */
export function FeatureFacts({ drift, spec }: { drift: FeatureDrift; spec: ModelView['schema'][number] | undefined }) {
  const { reference: r, current: c } = drift;
  const referenceMissing =
    r.missing !== undefined && r.n !== undefined && r.n + r.missing > 0 ? r.missing / (r.n + r.missing) : null;
  const quantiles = [...new Set([...Object.keys(r.quantiles ?? {}), ...Object.keys(c.quantiles ?? {})])]
    .sort((a, b) => levelOf(a) - levelOf(b))
    .slice(0, 9);
  const rows = [
    { name: 'Rows', now: group(c.n ?? drift.n), before: group(r.n) },
    { name: 'Missing', now: percent(drift.missing_rate), before: percent(referenceMissing) },
    ...(drift.type === 'numeric'
      ? [
          { name: 'Mean', now: number(c.mean), before: number(r.mean) },
          { name: 'Standard deviation', now: number(c.std), before: number(r.std) },
          ...quantiles.map((q) => ({
            name: quantileLabel(q),
            now: number(c.quantiles?.[q]),
            before: number(r.quantiles?.[q]),
          })),
        ]
      : []),
  ];
  return (
    <>
      <section>
        <h3 className="mb-2 text-sm font-semibold">This window and the reference</h3>
        <div className="overflow-hidden rounded-md border border-line">
          <Table
            caption="Statistics of both sides"
            rows={rows}
            rowKey={(x) => x.name}
            columns={[
              { key: 'name', header: '', cell: (x) => <span className="text-muted">{x.name}</span> },
              { key: 'now', header: 'Window', align: 'right', cell: (x) => x.now },
              { key: 'before', header: 'Reference', align: 'right', className: 'text-muted', cell: (x) => x.before },
            ]}
          />
        </div>
      </section>
      {(drift.new_categories?.length ?? 0) > 0 && (
        <section>
          <h3 className="mb-2 text-sm font-semibold">Never seen in the reference</h3>
          <p className="flex flex-wrap gap-1.5">
            {drift.new_categories?.slice(0, 30).map((value) => (
              <Badge key={value} tone="warning">
                {value}
              </Badge>
            ))}
          </p>
        </section>
      )}
      <Facts
        columns="grid-cols-3"
        items={[
          { label: 'Comes from', value: spec?.source ?? <span className="text-faint">not declared</span> },
          { label: 'Importance', value: importanceOf(drift) },
          ...(drift.effect
            ? [{ label: `Effect on ${metricLabel(drift.effect.metric)}`, value: effectOf(drift.effect) }]
            : []),
          { label: 'Type', value: spec?.type ?? drift.type },
        ]}
      />
    </>
  );
}

/** Relative to the feature that matters most; measured is how much of the output goes along with it in the reference. */
const importanceOf = ({ importance }: FeatureDrift) =>
  importance ? `${percent(importance.value)} (${importance.kind})` : DASH;
/** What the change of this feature alone does to the metric, going by the reference's labels. */
const effectOf = ({ metric, value, low, high }: NonNullable<FeatureDrift['effect']>) => (
  <>
    {changeText(metric, value)}{' '}
    <span className="text-faint">
      ({changeText(metric, low)} to {changeText(metric, high)})
    </span>
  </>
);

/** Keys come as `0.05` or `p05`. */
function levelOf(key: string): number {
  const value = Number(key.replace(/^[pq]/i, ''));
  return /^[pq]/i.test(key) || value > 1 ? value / 100 : value;
}
const quantileLabel = (key: string): string => {
  const level = levelOf(key);
  return Number.isFinite(level) ? (level === 0.5 ? 'Median' : `${number(level * 100)} % quantile`) : key;
};
