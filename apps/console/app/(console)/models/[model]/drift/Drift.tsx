'use client';

import type { DriftAnswer, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Chart } from '@/charts/Chart';
import { ChartCard, LegendItem } from '@/charts/ChartCard';
import { cellAt, heatmapHeight, heatmapOption } from '@/charts/heatmap.option';
import { type Heatmap, prepareHeatmap } from '@/charts/heatmap.prepare';
import type { Tokens } from '@/charts/theme';
import { Card } from '@/components/Card';
import { Select } from '@/components/Segmented';
import { Empty, ErrorPanel, Loaded, Skeleton } from '@/components/States';
import { useNow } from '@/components/Time';
import { FilterBar } from '@/filters/FilterBar';
import { group, percent, plural } from '@/lib/format';
import { measureLabel } from '@/lib/metrics';
import { queries } from '@/lib/queries';
import { STEP } from '@/lib/range';
import { iso } from '@/lib/time';
import { RangeBar } from '../RangeBar';
import { useView, type ViewState } from '../useView';
import { FeatureDrawer } from './FeatureDrawer';
import { FeatureNames } from './FeatureNames';
import {
  type Against,
  driftStep,
  MEASURES,
  PAST,
  parseAgainst,
  parseFocus,
  parseMeasure,
  referenceOf,
  sliceOf,
} from './search-params';

export function Drift({ model }: { model: string }) {
  const facts = useQuery(queries.model(model));
  return (
    <Loaded framed query={facts} skeleton={<Skeleton className="h-[30rem] w-full" />}>
      {(m) => <DriftOf model={m} />}
    </Loaded>
  );
}

function DriftOf({ model }: { model: ModelView }) {
  const view = useView(model);
  const step = driftStep(view.from, view.to, view.granularity);
  const measure = parseMeasure(view.params.get('measure'));
  const references = useQuery(queries.references(model.name));
  const names = [...new Set(references.data?.items.map((r) => r.name) ?? [])];
  const asked = parseAgainst(view.params.get('against'));
  // A model without a reference can still be compared with itself.
  const against: Against =
    asked.kind === 'default' && references.data && names.length === 0 ? { kind: 'before' } : asked;
  const reference = referenceOf(against, view.from, view.to);
  const query = useQuery({
    ...queries.drift(model.name, {
      from: iso(view.from),
      to: iso(view.to),
      granularity: step,
      measures: [measure],
      reference,
      ...sliceOf(view.filters),
    }),
    enabled: references.isSuccess || references.isError,
  });

  return (
    <>
      <RangeBar view={{ ...view, step }}>
        <Select
          label="Measure"
          value={measure}
          options={MEASURES.map((m) => ({ value: m, label: measureLabel(m) }))}
          onChange={(m) => view.set({ measure: m === 'psi' ? null : m })}
        />
        <Select
          label="Against"
          value={
            against.kind === 'named'
              ? `ref:${against.name}`
              : against.kind !== 'default'
                ? against.kind
                : names[0]
                  ? `ref:${names[0]}`
                  : 'before'
          }
          options={[...names.map((name) => ({ value: `ref:${name}`, label: name })), ...PAST]}
          onChange={(value) => view.set({ against: value === `ref:${names[0]}` ? null : value })}
        />
      </RangeBar>
      <FilterBar
        scope={{ model: model.name, from: view.from, to: view.to }}
        filters={view.filters}
        onChange={view.setFilters}
      />
      <Loaded framed query={query} skeleton={<Skeleton className="h-[30rem] w-full rounded-lg" />}>
        {(answer) =>
          answer.windows.length === 0 ? (
            <NoWindows />
          ) : (
            <Heat model={model} view={view} step={step} measure={measure} answer={answer} against={against} />
          )
        }
      </Loaded>
    </>
  );
}

function Heat({
  model,
  view,
  step,
  measure,
  answer,
  against,
}: {
  model: ModelView;
  view: ViewState;
  step: '1h' | '1d' | '7d';
  measure: string;
  answer: DriftAnswer;
  against: Against;
}) {
  const hour = Math.floor(useNow() / 3_600_000) * 3_600_000;
  const { from, to, params, set } = view;
  const map = useMemo(
    () => prepareHeatmap(answer.windows, model.schema, measure, hour),
    [answer, model.schema, measure, hour],
  );
  const wanted = useMemo(() => parseFocus((key) => params.get(key)), [params]);
  const focus = wanted && resolveFocus(map, wanted);
  const span = useMemo(() => spanOf(map, from, to), [map, from, to]);
  const option = useMemo(
    () => (t: Tokens, width: number) =>
      heatmapOption(map, measure, { ...span, utc: step !== '1h', now: hour }, focus, t, width),
    [map, measure, span, step, hour, focus],
  );
  const open = (feature: string, start?: number) =>
    set({ feature, start: start === undefined ? null : iso(start).replace('.000Z', 'Z') });
  const moved = map.rows.filter((r) => r.latest?.drifted);

  return (
    <>
      <ChartCard
        title="Features over time"
        note={`against ${PAST.find((p) => p.value === against.kind)?.label ?? answer.reference.name}${answer.reference.rows > 0 ? ` (${group(answer.reference.rows)} rows)` : ''} · ${moved.length === 0 ? 'nothing drifts' : `${plural(moved.length, 'row')} of ${map.rows.length} drift`} in the newest closed window`}
        name={`${model.name}-drift-${measure}`}
        table={{
          columns: [
            { header: 'Window start (UTC)' },
            { header: 'Feature' },
            { header: measureLabel(measure) },
            { header: 'Threshold' },
            { header: 'Drifted' },
            { header: 'Missing', text: (v) => percent(typeof v === 'number' ? v : null) },
          ],
          rows: map.rows.flatMap((r) =>
            [...r.cells.values()].map((c) => [
              iso(c.start),
              r.name,
              c.value,
              c.threshold,
              c.value === null ? 'not computed' : c.drifted ? 'yes' : 'no',
              c.missingRate,
            ]),
          ),
        }}
        legend={
          <>
            <LegendItem mark="bar" colour="color-mix(in srgb, var(--accent) 14%, transparent)">
              far below its threshold
            </LegendItem>
            <LegendItem mark="bar" colour="color-mix(in srgb, var(--critical) 34%, transparent)">
              beyond
            </LegendItem>
            <LegendItem mark="bar" colour="color-mix(in srgb, var(--critical) 85%, transparent)">
              three times and more
            </LegendItem>
            <LegendItem mark="dot" colour="var(--text)">
              drifted
            </LegendItem>
            <span className="text-faint">Ordered by drift × importance. Click for the distributions.</span>
          </>
        }
      >
        <div className="flex pt-1 pb-2 pl-4">
          <FeatureNames rows={map.rows} selected={focus?.feature ?? null} onOpen={(name) => open(name)} />
          <div className="min-w-0 flex-1">
            <Chart
              label={`Drift of ${map.rows.length} rows over ${map.starts.length} windows. The names beside it open the details of each.`}
              option={option}
              height={heatmapHeight(map.rows)}
              plot={{ top: 0, bottom: 28 }}
              onRange={(a, b) =>
                view.setRange({
                  from: Math.floor(a / STEP[step]) * STEP[step],
                  to: Math.ceil(b / STEP[step]) * STEP[step],
                })
              }
              onPick={(x, y) => {
                const hit = cellAt(map, x, y);
                if (hit) open(hit.row.name, hit.cell.start);
              }}
            />
          </div>
        </div>
      </ChartCard>
      <FeatureDrawer
        model={model}
        row={focus ? (map.rows.find((r) => r.name === focus.feature) ?? null) : null}
        start={focus?.start ?? null}
        reference={referenceOf(against, from, to)}
        filters={view.filters}
        onClose={() => set({ feature: null, start: null })}
        onStart={(start) => focus && open(focus.feature, start)}
      />
      {wanted && !focus && (
        <Card className="mt-4">
          <ErrorPanel compact error={new Error(`There is no row '${wanted.feature}' in this range.`)} />
        </Card>
      )}
    </>
  );
}

/** Without a window in the URL: the newest that drifted, else the newest. */
function resolveFocus(
  map: Heatmap,
  wanted: { feature: string; start: number | null },
): { feature: string; start: number } | null {
  const row = map.rows.find((r) => r.name === wanted.feature);
  if (!row) return null;
  const cells = [...row.cells.values()];
  const cell = cells.find((c) => c.start === wanted.start) ?? cells.findLast((c) => c.drifted) ?? cells.at(-1);
  return cell ? { feature: row.name, start: cell.start } : null;
}

/** The plot begins with the first window there is: a model younger than the range does not leave half of it empty. */
function spanOf(map: Heatmap, from: number, to: number): { from: number; to: number } {
  return { from: map.starts[0] ?? from, to: map.ends.at(-1) ?? to };
}

function NoWindows() {
  return (
    <Card flush>
      <Empty icon="chart" title="Nothing to compare in this range">
        There are no predictions in it. Choose a longer range.
      </Empty>
    </Card>
  );
}
