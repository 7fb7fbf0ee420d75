import type { EventRow, ModelView } from '@plumbline/contracts';
import { CopyButton } from '@/components/CodeBlock';
import { At } from '@/components/Time';
import { cell, duration, fixed } from '@/lib/format';

/** All of one row: every feature (those the model relies on first), its tags, its scores and times. */
export function RowDetails({ row, schema }: { row: EventRow; schema: ModelView['schema'] }) {
  const importance = new Map(schema.map((f) => [f.name, f.importance ?? 0]));
  const features = Object.entries(row.features).sort(
    ([a], [b]) => (importance.get(b) ?? 0) - (importance.get(a) ?? 0) || a.localeCompare(b),
  );
  const scores = Object.entries(row.prediction.scores ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <div className="grid gap-x-8 gap-y-4 px-4 py-3 sm:px-12 lg:grid-cols-[2fr_1fr]">
      <Group
        title="Features"
        columns="sm:grid-cols-2 xl:grid-cols-3"
        items={features.map(([k, v]) => [k, cell(v, 200)])}
      />
      <div className="flex flex-col gap-4">
        {Object.keys(row.tags).length > 0 && <Group title="Tags" items={Object.entries(row.tags)} />}
        {scores.length > 0 && <Group title="Scores" items={scores.map(([k, v]) => [k, fixed(v, 4)])} />}
        <div>
          <p className="mb-1 text-xs text-faint">Prediction</p>
          <p className="flex items-center gap-1 font-mono text-xs break-all">
            {row.prediction_id} <CopyButton text={row.prediction_id} label="Copy id" />
          </p>
          <p className="mt-1 text-xs text-muted">
            {row.outcome_ts ? (
              <>
                label known <At at={row.outcome_ts} />
              </>
            ) : (
              'no label yet'
            )}
            {row.latency_ms !== null && ` · answered in ${duration(row.latency_ms)}`}
          </p>
        </div>
      </div>
    </div>
  );
}

function Group({ title, items, columns = '' }: { title: string; items: [string, string][]; columns?: string }) {
  return (
    <div className="min-w-0">
      <p className="mb-1 text-xs text-faint">{title}</p>
      {items.length === 0 ? (
        <p className="text-muted">none</p>
      ) : (
        <dl className={`grid gap-x-8 ${columns}`}>
          {items.map(([name, value]) => (
            <div key={name} className="flex justify-between gap-4 border-b border-line py-1 text-xs">
              <dt className="truncate text-muted" title={name}>
                {name}
              </dt>
              <dd className="truncate text-right font-medium" title={value}>
                {value}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
