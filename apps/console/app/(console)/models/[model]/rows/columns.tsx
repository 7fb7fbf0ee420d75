import type { EventRow, ModelView } from '@plumbline/contracts';
import type { Column } from '@/components/Table';
import { At } from '@/components/Time';
import { cell, DASH, duration, fixed, number } from '@/lib/format';

const FEATURES_SHOWN = 4;

/** What was said, what was true, how far off; then the features the model relies on most. The rest unfolds. */
export function rowColumns(model: ModelView): Column<EventRow>[] {
  const regression = model.task === 'regression';
  const top = [...model.schema].sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0)).slice(0, FEATURES_SHOWN);
  return [
    {
      key: 'ts',
      header: 'Time',
      csv: (r) => r.ts,
      className: 'whitespace-nowrap',
      narrow: 'wide',
      cell: (r) => <At at={r.ts} />,
    },
    {
      key: 'id',
      header: 'Id',
      csv: (r) => r.prediction_id,
      narrow: 'wide',
      className: 'max-w-36',
      cell: (r) => (
        <span className="block truncate font-mono text-xs text-muted" title={r.prediction_id}>
          {r.prediction_id}
        </span>
      ),
    },
    ...(model.versions.length > 1
      ? [
          {
            key: 'version',
            header: 'Version',
            csv: (r: EventRow) => r.version,
            cell: (r: EventRow) => r.version || DASH,
          },
        ]
      : []),
    {
      key: 'said',
      header: 'Predicted',
      align: 'right',
      csv: (r) => r.prediction.value ?? r.prediction.score ?? r.prediction.class,
      cell: (r) => <Said row={r} regression={regression} />,
    },
    {
      key: 'label',
      header: 'Actual',
      align: 'right',
      csv: (r) => r.label,
      cell: (r) =>
        r.label === null ? (
          <span className="text-xs whitespace-nowrap text-faint">not yet</span>
        ) : regression ? (
          number(Number(r.label), 4)
        ) : (
          r.label
        ),
    },
    {
      key: 'error',
      header: 'Error',
      align: 'right',
      sort: (r) => r.error,
      csv: (r) => r.error,
      cell: (r) => <ErrorCell row={r} regression={regression} />,
    },
    {
      key: 'delay',
      header: 'Label after',
      align: 'right',
      sort: (r) => r.delay_ms,
      csv: (r) => r.delay_ms,
      className: 'text-muted whitespace-nowrap',
      cell: (r) => duration(r.delay_ms),
    },
    ...top.map(
      (f): Column<EventRow> => ({
        key: `f-${f.name}`,
        header: f.name,
        narrow: 'omit',
        align: f.type === 'numeric' ? 'right' : undefined,
        className: 'max-w-32 text-muted',
        csv: (r) => plain(r.features[f.name]),
        cell: (r) => <span className="block truncate">{cell(r.features[f.name], 24)}</span>,
      }),
    ),
  ];
}

function Said({ row, regression }: { row: EventRow; regression: boolean }) {
  if (regression) return <>{number(row.prediction.value, 4)}</>;
  const { class: said, score } = row.prediction;
  return (
    <span className="whitespace-nowrap">
      {said ?? DASH}
      {score !== null && <span className="ml-1.5 text-xs text-faint">{fixed(score, 3)}</span>}
    </span>
  );
}

function ErrorCell({ row, regression }: { row: EventRow; regression: boolean }) {
  if (row.error === null) return <>{DASH}</>;
  if (regression) return <span className="font-medium">{number(row.error)}</span>;
  // A 0/1 error is a word; a loss is a number.
  if (row.error === 0) return <span className="text-ok">right</span>;
  if (row.error === 1) return <span className="font-medium text-critical">wrong</span>;
  return <>{fixed(row.error, 3)}</>;
}

const plain = (v: unknown): string | number | boolean | null =>
  v === null || v === undefined
    ? null
    : typeof v === 'number' || typeof v === 'boolean' || typeof v === 'string'
      ? v
      : JSON.stringify(v);
