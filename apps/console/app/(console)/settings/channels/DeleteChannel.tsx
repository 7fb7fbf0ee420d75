'use client';

import type { ChannelView } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Confirm } from '@/components/Confirm';
import { Link } from '@/components/Link';
import { toast } from '@/components/Toast';
import { plural } from '@/lib/format';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { access } from '@/lib/settings';

const SHOWN = 6;

/** Says whom it leaves without a voice before it is gone. */
export function DeleteChannel({ channel, onClose }: { channel: ChannelView | null; onClose: () => void }) {
  const client = useQueryClient();
  const monitors = useQuery({ ...queries.monitors(), enabled: channel !== null });
  const users = channel ? (monitors.data?.items ?? []).filter((m) => m.channels.includes(channel.id)) : [];
  const remove = useMutation({
    mutationFn: (id: string) => access.deleteChannel(id),
    onSuccess: () => toast('Deleted', 'ok'),
    onSettled: () => {
      onClose();
      void client.invalidateQueries({ queryKey: ['channels'] });
      void client.invalidateQueries({ queryKey: ['monitors'] });
    },
  });
  return (
    <Confirm
      open={channel !== null}
      onClose={onClose}
      title={`Delete ${channel?.name ?? ''}`}
      action="Delete the channel"
      busy={remove.isPending || monitors.isPending}
      onConfirm={() => channel && remove.mutate(channel.id)}
    >
      {monitors.isPending ? (
        <p>Looking for monitors that use it…</p>
      ) : users.length > 0 ? (
        <>
          <p className="text-warning">
            {plural(users.length, 'monitor')} {users.length === 1 ? 'names' : 'name'} it. Without it they tell the
            channels that match, or nobody:
          </p>
          <ul className="flex flex-col gap-1">
            {users.slice(0, SHOWN).map((m) => (
              <li key={m.id}>
                <Link href={paths.monitor(m.id)} className="rounded text-text hover:underline">
                  {m.name}
                </Link>{' '}
                of {m.model}
              </li>
            ))}
            {users.length > SHOWN && <li>and {users.length - SHOWN} more</li>}
          </ul>
        </>
      ) : (
        <p>No monitor names it.</p>
      )}
      {channel?.default && <p>It is the default: what no other channel receives is then told to nobody.</p>}
      <p>What was delivered by it stays in the incidents. What waits to be delivered is dropped.</p>
    </Confirm>
  );
}
