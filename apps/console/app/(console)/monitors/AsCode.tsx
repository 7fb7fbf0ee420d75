'use client';

import type { MonitorBody } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { CodeBlock } from '@/components/CodeBlock';
import { Loaded, SkeletonRows } from '@/components/States';
import { queries } from '@/lib/queries';

/** The rule as a file in a repository would have it. */
export function AsCode({ body }: { body: MonitorBody }) {
  const [open, setOpen] = useState(false);
  return (
    <Card
      title="As code"
      note="for a file that plumbline monitors apply takes"
      flush={!open}
      actions={
        <Button look="ghost" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide' : 'Show'}
        </Button>
      }
    >
      {open && <Yaml body={body} />}
    </Card>
  );
}

function Yaml({ body }: { body: MonitorBody }) {
  const channels = useQuery(queries.channels());
  const items = channels.data?.items;
  const text = useQuery({
    queryKey: ['yaml', body, items],
    // It brings a writer of YAML, which few pages need.
    queryFn: () => import('./yaml').then(({ yamlOf }) => yamlOf(body, items!)),
    enabled: items !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Loaded query={channels.isError ? channels : text} skeleton={<SkeletonRows rows={6} />}>
      {(code: unknown) => <CodeBlock label="monitors.yaml" code={String(code)} />}
    </Loaded>
  );
}
