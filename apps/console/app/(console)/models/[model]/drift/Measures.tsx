import type { FeatureDrift, MeasureValue } from '@plumbline/contracts';
import { type Column, Table } from '@/components/Table';
import { DASH, number } from '@/lib/format';
import { measureLabel } from '@/lib/metrics';

/** Why the threshold is where it is. */
const REASON: Record<string, string> = { floor: 'effect size', noise: 'noise', natural: 'variation' };

/** Every measure of one feature in one window, with its verdict and why its threshold is where it is. */
export function Measures({ drift }: { drift: FeatureDrift }) {
  const rows = Object.entries(drift.measures).map(([name, m]) => ({ name, ...m }));
  type Row = { name: string } & MeasureValue;
  const columns: Column<Row>[] = [
    {
      key: 'name',
      header: 'Measure',
      className: 'whitespace-nowrap',
      cell: (m) => (
        <span className="flex items-center gap-2" data-tip={m.threshold_reason}>
          <span aria-hidden="true" className={`text-[0.5rem] ${m.drifted ? 'text-critical' : 'text-transparent'}`}>
            ●
          </span>
          {measureLabel(m.name)}
          {m.drifted && <span className="sr-only">drifted</span>}
        </span>
      ),
    },
    {
      key: 'value',
      header: 'Value',
      align: 'right',
      cell: (m) => <span className={m.drifted ? 'font-semibold text-critical' : ''}>{number(m.value)}</span>,
    },
    {
      key: 'debiased',
      header: 'Debiased',
      tip: 'Without what sampling alone would show at these sizes',
      align: 'right',
      className: 'text-muted',
      cell: (m) => number(m.debiased),
    },
    { key: 'threshold', header: 'Threshold', align: 'right', cell: (m) => number(m.threshold) },
    {
      key: 'by',
      header: 'Set by',
      tip: 'Effect size: the least difference that matters. Noise: what sampling alone reaches at these sizes. Variation: what the reference itself shows from window to window.',
      className: 'text-muted whitespace-nowrap',
      cell: (m) => (m.threshold_reason ? (REASON[m.threshold_reason] ?? m.threshold_reason) : DASH),
    },
    {
      key: 'p',
      header: 'p',
      tip: 'Chance of a value like this without any difference',
      align: 'right',
      className: 'text-muted whitespace-nowrap',
      cell: (m) => pText(m.p_value),
    },
    {
      key: 'floor',
      header: 'p floor',
      tip: 'Chance of a value like this if the true difference were only the threshold',
      align: 'right',
      className: 'text-muted whitespace-nowrap',
      cell: (m) => pText(m.p_floor),
    },
  ];
  const used = columns.filter((c) =>
    c.key === 'debiased'
      ? rows.some((m) => m.debiased != null)
      : c.key === 'floor'
        ? rows.some((m) => m.p_floor != null)
        : true,
  );
  return (
    <section>
      <h3 className="mb-2 text-sm font-semibold">Measures</h3>
      <div className="overflow-hidden rounded-md border border-line">
        <Table caption="Drift measures" rows={rows} columns={used} rowKey={(m) => m.name} />
      </div>
      {drift.note && <p className="mt-2 text-xs text-warning">{drift.note}</p>}
    </section>
  );
}

const pText = (p: number | null | undefined): string =>
  p === null || p === undefined ? DASH : p < 0.0001 ? '< 0.0001' : p.toFixed(p < 0.01 ? 4 : 2);
