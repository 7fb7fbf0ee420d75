'use client';

import type { ReviewView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Progress } from '@/components/Progress';
import { Empty, ErrorPanel, Skeleton } from '@/components/States';
import { At } from '@/components/Time';
import { group, plural } from '@/lib/format';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { Decide } from './Decide';
import { RowFeatures } from './RowFeatures';
import { useLabelling } from './useLabelling';

const FEATURES_MAX = 50;

/** One row at a time, until none is left. */
export function Labelling({ review }: { review: ReviewView }) {
  const { set } = useUrl();
  const labelling = useLabelling(review);
  const model = useQuery(queries.model(review.model)).data;
  const compared = [...(model?.schema ?? [])]
    .sort((a, b) => (b.importance ?? 0) - (a.importance ?? 0))
    .slice(0, FEATURES_MAX)
    .map((f) => f.name);
  const profiles = useQuery({
    ...queries.profile(review.model, { from: review.from, to: review.to, features: compared }),
    enabled: compared.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
  }).data?.features;
  const { item, decided, skipped, rejected, error } = labelling;

  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-1">
        <div className="min-w-48 flex-1">
          <Progress label="Decided" value={decided / review.size} quiet />
        </div>
        <p className="text-xs text-muted" aria-live="polite">
          <span className="font-medium text-text">{group(decided)}</span> of {group(review.size)}
          {skipped > 0 && `, ${group(skipped)} skipped`}
          {rejected > 0 && `, ${group(rejected)} rejected`}
        </p>
      </div>
      {error && item === undefined ? (
        <Card flush>
          <ErrorPanel error={error} retry={labelling.reload} />
        </Card>
      ) : item === undefined ? (
        <div role="status" aria-label="Loading" className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <Skeleton className="h-96" />
          <Skeleton className="h-64" />
        </div>
      ) : item === null ? (
        <Card flush>
          <Empty
            icon="check"
            title={decided >= review.size ? 'All rows are decided' : 'None left for you'}
            action={
              <>
                <Button look="primary" onClick={() => set({ show: 'results' })}>
                  See the results
                </Button>
                {labelling.canUndo && (
                  <Button icon="undo" onClick={labelling.undo}>
                    Undo the last
                  </Button>
                )}
                {decided < review.size && (
                  <Button icon="refresh" onClick={labelling.reload}>
                    Look again
                  </Button>
                )}
              </>
            }
          >
            {decided >= review.size
              ? `${plural(decided - skipped - rejected, 'label')} given. They count as outcomes within seconds.${rejected > 0 ? ` ${plural(rejected, 'label')} could not become outcomes: the results say why.` : ''}`
              : `Others have ${plural(review.size - decided, 'row')} before them; what they leave comes back within five minutes.`}
          </Empty>
        </Card>
      ) : (
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <Card
            flush
            title={`Row ${item.n}`}
            note={
              <>
                <At at={item.ts} />
                {item.version && ` · version ${item.version}`} ·{' '}
                <span className="font-mono wrap-anywhere">{item.prediction_id}</span>
              </>
            }
          >
            {item.row ? (
              <RowFeatures row={item.row} schema={model?.schema ?? []} profiles={profiles} />
            ) : (
              <Empty compact icon="slash" title="This row is not stored any more">
                It was deleted after the sample was drawn. Skip it.
              </Empty>
            )}
          </Card>
          <Decide key={item.n} review={review} item={item} labelling={labelling} />
        </div>
      )}
    </>
  );
}
