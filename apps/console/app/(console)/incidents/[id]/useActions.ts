'use client';

import type { IncidentView } from '@plumbline/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from '@/components/Toast';
import { api, type MuteBody, type Session } from '@/lib/api';
import { queries } from '@/lib/queries';

/** Acting on an incident: shown at once, taken back with a word if the server refuses. */
export function useActions(id: string) {
  const client = useQueryClient();
  const key = queries.incident(id).queryKey;
  const me = () => client.getQueryData<Session>(queries.session().queryKey)?.name ?? 'you';
  const entry = (kind: string, text: string) => ({
    at: new Date().toISOString(),
    kind,
    text,
    actor: me(),
    monitor_id: null,
  });

  const optimistic = (change: (incident: IncidentView) => IncidentView) => async () => {
    await client.cancelQueries({ queryKey: key });
    const before = client.getQueryData<IncidentView>(key);
    if (before) client.setQueryData<IncidentView>(key, change(before));
    return () => client.setQueryData(key, before);
  };
  const settled = () => {
    void client.invalidateQueries({ queryKey: key });
    void client.invalidateQueries({ queryKey: ['incidents'] });
    void client.invalidateQueries({ queryKey: ['overview'] });
  };
  const undo = (_error: Error, _input: unknown, back: (() => void) | undefined) => back?.();

  const acknowledge = useMutation({
    mutationFn: () => api.acknowledge(id),
    onMutate: optimistic((i) => ({
      ...i,
      state: 'acknowledged',
      acknowledged_at: new Date().toISOString(),
      acknowledged_by: me(),
      timeline: [...i.timeline, entry('acknowledge', 'Acknowledged')],
    })),
    onError: undo,
    onSettled: settled,
  });
  const resolve = useMutation({
    mutationFn: () => api.resolve(id),
    onMutate: optimistic((i) => ({
      ...i,
      state: 'resolved',
      resolved_at: new Date().toISOString(),
      timeline: [...i.timeline, entry('resolve', 'Resolved')],
    })),
    onError: undo,
    onSettled: settled,
  });
  const note = useMutation({
    mutationFn: (text: string) => api.note(id, text),
    onMutate: (text: string) => optimistic((i) => ({ ...i, timeline: [...i.timeline, entry('note', text)] }))(),
    onError: undo,
    onSettled: settled,
  });
  const mute = useMutation({
    mutationFn: (body: MuteBody) => api.mute(body),
    onSuccess: () => toast('Muted: nobody is told until it ends', 'ok'),
    onSettled: () => client.invalidateQueries({ queryKey: ['mutes'] }),
  });
  const resend = useMutation({
    mutationFn: (delivery: string) => api.resend(delivery),
    onSuccess: () => toast('Sending again', 'ok'),
    onSettled: settled,
  });
  return { acknowledge, resolve, note, mute, resend };
}
