'use client';

import type { Diagnosis, MonitorBody, MonitorView } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Badge, type Tone } from '@/components/Badge';
import { Card, Facts } from '@/components/Card';
import type { IconName } from '@/components/icons';
import { Loaded, Skeleton } from '@/components/States';
import { toast } from '@/components/Toast';
import { api } from '@/lib/api';
import { DASH, number, percent } from '@/lib/format';
import { valueText } from '@/lib/judged';
import { useMayWrite } from '@/lib/may';
import { queries } from '@/lib/queries';
import { bodyOf } from '../describe';
import { Problems } from '../Problems';

const HEALTH: Record<Diagnosis['health'], { tone: Tone; icon: IconName; label: string }> = {
  good: { tone: 'ok', icon: 'check', label: 'healthy' },
  noisy: { tone: 'warning', icon: 'incident', label: 'noisy' },
  dead: { tone: 'critical', icon: 'slash', label: 'sees nothing' },
  unknown: { tone: 'neutral', icon: 'clock', label: 'too new to say' },
};

/** Whether one can rely on this monitor, from what it said so far; what mends it is one click away. */
export function DiagnosisCard({ monitor: m, primaryMetric }: { monitor: MonitorView; primaryMetric?: string }) {
  const query = useQuery(queries.diagnosis(m.id));
  const client = useQueryClient();
  const may = useMayWrite();
  const mend = useMutation({
    mutationFn: (change: Partial<MonitorBody>) => api.putMonitor(m.id, bodyOf(m, change)),
    onSuccess: () => toast('Changed. The diagnosis begins anew with the next looks.', 'ok'),
    onError: (error) => toast(error.message),
    onSettled: () => client.invalidateQueries({ queryKey: ['monitors'] }),
  });
  const text = valueText(m.kind, m.target.metric ?? primaryMetric ?? '');
  return (
    <Card flush title="Can one rely on it?" note={query.data?.message}>
      <Loaded compact query={query} skeleton={<Skeleton className="m-4 h-16" />}>
        {(d) => (
          <>
            <div className="p-4">
              <Facts
                columns="grid-cols-2 sm:grid-cols-3 xl:grid-cols-6"
                items={[
                  {
                    label: 'Diagnosis',
                    value: (
                      <Badge tone={HEALTH[d.health].tone} icon={HEALTH[d.health].icon}>
                        {HEALTH[d.health].label}
                      </Badge>
                    ),
                  },
                  { label: 'Looks', value: number(d.looks) },
                  { label: 'With data', value: d.looks === 0 ? DASH : percent((d.bad + okOf(d)) / d.looks, 0) },
                  { label: 'Fired', value: firedText(d) },
                  { label: 'Usual', value: d.noise ? `${text(d.noise.low)} ${DASH} ${text(d.noise.high)}` : DASH },
                  { label: 'Threshold for its budget', value: text(d.suggested_threshold) },
                ]}
              />
            </div>
            {d.problems.length > 0 && (
              <div className="border-t border-line">
                <Problems problems={d.problems} onChange={may ? mend.mutate : undefined} busy={mend.isPending} />
              </div>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

/** How often in a month is worth saying when there is enough of it. */
const firedText = (d: Diagnosis): string => {
  if (d.per_month === null) return DASH;
  return d.health === 'unknown' ? number(d.fired) : `${d.fired}, ${number(d.per_month)} a month`;
};
const okOf = (d: Diagnosis) => Math.max(0, d.looks - d.bad - d.no_data - d.errors);
