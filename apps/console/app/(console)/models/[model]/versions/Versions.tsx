'use client';

import type { ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Select } from '@/components/Segmented';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { queries } from '@/lib/queries';
import { iso } from '@/lib/time';
import { RangeBar } from '../RangeBar';
import { useView } from '../useView';
import { Comparison } from './Comparison';
import { pairParam, parsePair, versionName } from './search-params';

/** Is the new one better? Two versions side by side on the same predictions, or on each one's own. */
export function Versions({ model }: { model: string }) {
  const facts = useQuery(queries.model(model));
  return (
    <Loaded framed query={facts} skeleton={<Skeleton className="h-96 w-full rounded-lg" />}>
      {(m) => <VersionsOf model={m} />}
    </Loaded>
  );
}

function VersionsOf({ model }: { model: ModelView }) {
  const view = useView(model);
  const pair = parsePair((key) => view.params.get(key), model.versions);
  const question = pair && {
    from: iso(view.from),
    to: iso(view.to),
    a: { version: pair.a },
    b: { version: pair.b },
  };
  return (
    <>
      <RangeBar view={view} granular={false}>
        {pair && (
          <>
            {(['a', 'b'] as const).map((side) => (
              <Select
                key={side}
                label={side === 'a' ? 'Version' : 'against'}
                value={pairParam(pair[side])}
                options={model.versions.map((v) => ({
                  value: pairParam(v.version),
                  label: versionName(v.version),
                  disabled: v.version === pair[side === 'a' ? 'b' : 'a'],
                }))}
                onChange={(raw) =>
                  view.set({ [side]: raw, [side === 'a' ? 'b' : 'a']: pairParam(pair[side === 'a' ? 'b' : 'a']) })
                }
              />
            ))}
            <Button
              look="ghost"
              icon="refresh"
              onClick={() => view.set({ a: pairParam(pair.b), b: pairParam(pair.a) })}
            >
              Swap
            </Button>
          </>
        )}
      </RangeBar>
      {question ? (
        <Comparison model={model} question={question} />
      ) : (
        <Card>
          <Empty icon="deploy" title={model.versions.length === 1 ? 'One version so far' : 'No version yet'}>
            Send predictions of a second <code className="font-mono text-xs">version</code> with the same{' '}
            <code className="font-mono text-xs">prediction_id</code> as the first: an outcome joins both, and they are
            compared on the same rows.
          </Empty>
        </Card>
      )}
    </>
  );
}
