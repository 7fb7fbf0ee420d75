import type { ReviewItem, ReviewView } from '@plumbline/contracts';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import type { Column } from '@/components/Table';
import { Ago } from '@/components/Time';
import { DASH, number } from '@/lib/format';

/** Each decision: the label, what the model had said, what was known before, who and when. */
export function itemColumns(review: ReviewView, onUndo: ((i: ReviewItem) => void) | null): Column<ReviewItem>[] {
  const values = review.classes.length === 0;
  const said = (i: ReviewItem) =>
    values ? (i.answer.value === null ? null : number(i.answer.value, 4)) : i.answer.class;
  const same = (i: ReviewItem) =>
    values || i.state !== 'labelled' || i.answer.class === null ? null : i.label === i.answer.class;
  return [
    { key: 'n', header: 'Row', csv: (i) => i.n, sort: (i) => i.n, cell: (i) => i.n },
    {
      key: 'id',
      header: 'Id',
      narrow: 'wide',
      className: 'max-w-44',
      csv: (i) => i.prediction_id,
      cell: (i) => (
        <span className="block truncate font-mono text-xs text-muted" title={i.prediction_id}>
          {i.prediction_id}
        </span>
      ),
    },
    {
      key: 'label',
      header: 'Label',
      csv: (i) => i.label,
      cell: (i) => <Decision item={i} />,
    },
    {
      key: 'said',
      header: 'Model said',
      csv: (i) => i.answer.value ?? i.answer.class,
      cell: (i) => (
        <span className="flex items-center gap-2">
          {said(i) ?? DASH}
          {same(i) === false && (
            <Badge tone="critical" icon="close">
              wrong
            </Badge>
          )}
          {same(i) === true && (
            <Badge tone="ok" icon="check">
              right
            </Badge>
          )}
        </span>
      ),
    },
    ...(review.rejected > 0
      ? [
          {
            key: 'reason',
            header: 'Rejected because',
            csv: (i: ReviewItem) => i.reason,
            className: 'max-w-56 wrap-anywhere',
            cell: (i: ReviewItem) => i.reason ?? DASH,
          },
        ]
      : []),
    { key: 'before', header: 'Label before', csv: (i) => i.label_before, cell: (i) => i.label_before ?? DASH },
    {
      key: 'note',
      header: 'Note',
      csv: (i) => i.note,
      className: 'max-w-56 text-muted wrap-anywhere',
      cell: (i) => i.note ?? DASH,
    },
    {
      key: 'who',
      header: 'By',
      csv: (i) => i.reviewer,
      className: 'max-w-40 truncate text-muted',
      cell: (i) => i.reviewer ?? DASH,
    },
    {
      key: 'when',
      header: 'When',
      csv: (i) => i.decided_at,
      className: 'whitespace-nowrap text-muted',
      cell: (i) => (i.decided_at ? <Ago at={i.decided_at} /> : DASH),
    },
    ...(onUndo
      ? [
          {
            key: 'undo',
            header: '',
            align: 'right' as const,
            cell: (i: ReviewItem) => (
              <Button
                look="ghost"
                icon="undo"
                label={`Take the decision on row ${i.n} back`}
                onClick={() => onUndo(i)}
              />
            ),
          },
        ]
      : []),
  ];
}

function Decision({ item: { state, label } }: { item: ReviewItem }) {
  if (state === 'skipped') return <Badge>skipped</Badge>;
  return (
    <span className="flex items-center gap-2">
      <span className="max-w-44 truncate font-medium" title={label ?? undefined}>
        {label ?? DASH}
      </span>
      {state === 'rejected' && (
        <Badge tone="critical" icon="close">
          rejected
        </Badge>
      )}
    </span>
  );
}
