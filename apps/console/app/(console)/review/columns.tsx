import type { ReviewSummary } from '@plumbline/contracts';
import { Badge } from '@/components/Badge';
import { Link } from '@/components/Link';
import { Progress } from '@/components/Progress';
import type { Column } from '@/components/Table';
import { Ago, useNow } from '@/components/Time';
import { DASH, group } from '@/lib/format';
import { paths } from '@/lib/paths';
import { SAMPLE, sliceWords } from './words';

export const reviewColumns = (): Column<ReviewSummary>[] => [
  { key: 'what', header: 'Review', narrow: 'wide', className: 'min-w-60', cell: (r) => <What review={r} /> },
  {
    key: 'state',
    header: 'State',
    cell: (r) =>
      r.state === 'closed' ? (
        <Badge icon="check">closed</Badge>
      ) : r.pending === 0 ? (
        <Badge tone="ok" icon="check">
          all decided
        </Badge>
      ) : (
        <Badge tone="accent" icon="circle">
          open
        </Badge>
      ),
  },
  {
    key: 'progress',
    header: 'Decided',
    className: 'w-56',
    cell: (r) => (
      <div>
        <Progress label={`${r.name}: decided`} value={(r.size - r.pending) / r.size} />
        <p className="mt-0.5 text-xs text-faint">
          {group(r.labelled)} labelled{r.skipped > 0 && `, ${group(r.skipped)} skipped`}
          {r.rejected > 0 && `, ${group(r.rejected)} rejected`} of {group(r.size)}
        </p>
      </div>
    ),
  },
  { key: 'sample', header: 'Sample', className: 'text-muted', cell: (r) => SAMPLE[r.sample] },
  {
    key: 'who',
    header: 'Reviewers',
    className: 'max-w-40 text-muted',
    cell: (r) => (
      <span className="block truncate" title={r.reviewers.join(', ')}>
        {r.reviewers.join(', ') || DASH}
      </span>
    ),
  },
  {
    key: 'made',
    header: 'Drawn',
    className: 'whitespace-nowrap text-muted',
    cell: (r) => <Ago at={r.created_at} />,
  },
];

function What({ review: r }: { review: ReviewSummary }) {
  const now = useNow();
  return (
    <div className="min-w-0">
      <Link href={paths.review(r.id)} className="font-medium hover:underline">
        {r.name}
      </Link>
      <p className="text-xs text-pretty text-faint wrap-anywhere">
        <span className="text-muted">{r.model}</span> · {sliceWords(r, now)}
      </p>
    </div>
  );
}
