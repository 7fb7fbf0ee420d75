'use client';

import type { ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/Card';
import { CodeBlock } from '@/components/CodeBlock';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { parseMetric } from '../search-params';
import { Counters } from './Counters';
import { Delays } from './Delays';
import { Evolution } from './Evolution';
import { TrackRecord } from './TrackRecord';

/** How late labels come, what was said meanwhile, and how good that was. */
export function Labels({ model }: { model: string }) {
  const facts = useQuery(queries.model(model));
  return (
    <Loaded framed query={facts} skeleton={<Skeleton className="h-96 w-full rounded-lg" />}>
      {(m) => <LabelsOf model={m} />}
    </Loaded>
  );
}

function LabelsOf({ model }: { model: ModelView }) {
  const { params, set } = useUrl();
  const metric = parseMetric(params.get('metric'), model);
  const choose = (name: string) => set({ metric: name === model.primary_metric ? null : name });
  const some = model.labels.joined + model.labels.orphaned > 0;
  return (
    <div className="flex flex-col gap-4">
      <Counters labels={model.labels} />
      {some ? <Delays model={model} /> : <NoLabels model={model.name} />}
      <TrackRecord model={model} metric={metric} onMetric={choose} />
      <Evolution
        model={model}
        metric={metric}
        asked={params.get('window')}
        onWindow={(start) => set({ window: start })}
      />
    </div>
  );
}

function NoLabels({ model }: { model: string }) {
  return (
    <Card>
      <Empty icon="clock" title="No labels yet">
        Send what turned out to be true with the <code className="font-mono text-xs">prediction_id</code> of the
        prediction. It is joined whenever it comes, and how long labels take is learned from it.
      </Empty>
      <div className="mx-auto max-w-3xl">
        <CodeBlock
          label="Send an outcome"
          code={`curl -X POST $PLUMBLINE_URL/v1/outcomes \\\n  -H "authorization: Bearer $PLUMBLINE_KEY" -H "content-type: application/json" \\\n  -d '{"model": "${model}", "prediction_id": "…", "label": 1, "ts": "2026-01-31T12:00:00Z"}'`}
        />
      </div>
    </Card>
  );
}
