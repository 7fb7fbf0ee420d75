import type { DeliveryView } from '@plumbline/contracts';
import { Badge, type Tone } from '@/components/Badge';
import { Card } from '@/components/Card';
import type { IconName } from '@/components/icons';
import { Link } from '@/components/Link';
import { Ago } from '@/components/Time';
import { plural } from '@/lib/format';
import { paths } from '@/lib/paths';

const STATE: Record<DeliveryView['state'], [Tone, IconName, string]> = {
  sent: ['ok', 'check', 'sent'],
  pending: ['warning', 'clock', 'pending'],
  failed: ['critical', 'close', 'failed'],
  muted: ['neutral', 'mute', 'muted'],
};

/** Who was told, when, and what their side answered if it did not work. */
export function Deliveries({
  deliveries,
  onResend,
}: {
  deliveries: DeliveryView[];
  onResend: ((id: string) => void) | null;
}) {
  const newest = [...deliveries].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  return (
    <Card
      title="Notifications"
      note={deliveries.length > 0 ? plural(deliveries.length, 'delivery', 'deliveries') : undefined}
    >
      {newest.length === 0 ? (
        <p className="text-pretty text-muted">
          Nobody: no channel matches this model and severity.{' '}
          <Link href={paths.settings('channels')} className="font-medium text-accent hover:underline">
            Add one
          </Link>{' '}
          to be told next time.
        </p>
      ) : (
        <ul className="flex flex-col gap-3">
          {newest.map((d) => {
            const [tone, icon, label] = STATE[d.state];
            return (
              <li key={d.id}>
                <div className="flex items-center gap-2">
                  <span className="min-w-0 flex-1 truncate font-medium">{d.channel}</span>
                  <Badge tone={tone} icon={icon}>
                    {label}
                  </Badge>
                </div>
                <p className="text-xs text-faint">
                  {d.kind} · {d.event} · <Ago at={d.sent_at ?? d.created_at} />
                  {d.attempts > 1 && ` · ${plural(d.attempts, 'attempt')}`}
                </p>
                {d.state === 'failed' && onResend && (
                  <button
                    type="button"
                    onClick={() => onResend(d.id)}
                    className="mt-0.5 text-xs font-medium text-accent hover:underline"
                  >
                    Send again
                  </button>
                )}
                {d.last_error && (
                  <p className="mt-1 rounded bg-sunken px-2 py-1 font-mono text-xs break-words text-muted">
                    {d.last_error}
                  </p>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
