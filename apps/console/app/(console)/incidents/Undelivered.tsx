'use client';

import type { DeliveryListed } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Card } from '@/components/Card';
import { Link } from '@/components/Link';
import { Ago } from '@/components/Time';
import { api } from '@/lib/api';
import { useMayWrite } from '@/lib/may';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';

/** Notifications that were given up: somebody was not told, and only here it shows. Nothing while there are none. */
export function Undelivered() {
  const failed = useQuery(queries.undelivered());
  const items = failed.data?.items ?? [];
  if (items.length === 0) return null;
  const more = failed.data?.next_cursor ? ' or more' : '';
  return (
    <Card className="mb-4" title="Not delivered" note={`${items.length}${more} given up; the newest first`}>
      <ul className="flex max-h-72 flex-col gap-3 overflow-y-auto">
        {items.map((d) => (
          <Row key={d.id} delivery={d} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ delivery: d }: { delivery: DeliveryListed }) {
  const client = useQueryClient();
  const may = useMayWrite();
  const resend = useMutation({
    mutationFn: () => api.resend(d.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['incidents'] }),
  });
  return (
    <li>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <Link href={paths.incident(d.incident.id)} className="font-medium hover:underline">
          #{d.incident.number} {d.incident.title}
        </Link>
        <span className="text-xs text-faint">
          {d.event} to {d.channel} · <Ago at={d.created_at} />
        </span>
        {may && (
          <button
            type="button"
            disabled={resend.isPending}
            onClick={() => resend.mutate()}
            className="text-xs font-medium text-accent hover:underline"
          >
            Send again
          </button>
        )}
      </p>
      {d.last_error && (
        <p className="mt-1 rounded bg-sunken px-2 py-1 font-mono text-xs break-words text-muted">{d.last_error}</p>
      )}
    </li>
  );
}
