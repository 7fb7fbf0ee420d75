'use client';

import type { IncidentView, MuteView } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon } from '@/components/icons';
import { At, useNow } from '@/components/Time';
import { api } from '@/lib/api';
import { useMayWrite } from '@/lib/may';
import { queries } from '@/lib/queries';
import { mutedBy } from './muted-by';

/** Says that nobody is told about this at the moment, why, until when; and ends it. */
export function Muted({ incident }: { incident: IncidentView }) {
  const now = useNow();
  const mutes = useQuery(queries.mutes());
  return mutedBy(mutes.data?.items ?? [], incident, now).map((mute) => <Notice key={mute.id} mute={mute} />);
}

function Notice({ mute }: { mute: MuteView }) {
  const client = useQueryClient();
  const may = useMayWrite();
  const end = useMutation({
    mutationFn: () => api.unmute(mute.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['mutes'] }),
  });
  return (
    <p className="mb-4 flex flex-wrap items-center gap-x-2.5 gap-y-1 rounded-md border border-line-strong bg-sunken px-3 py-2">
      <Icon name="mute" size={14} className="text-muted" />
      <span>
        Muted until <At at={mute.until} className="font-medium" /> by {mute.created_by}: {mute.reason}
      </span>
      {may && (
        <button
          type="button"
          disabled={end.isPending}
          onClick={() => end.mutate()}
          className="font-medium text-accent hover:underline"
        >
          End now
        </button>
      )}
    </p>
  );
}
