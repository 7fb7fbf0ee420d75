'use client';

import type { MonitorView, Page } from '@plumbline/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { queries } from '@/lib/queries';
import { bodyOf } from './describe';

export function EnabledSwitch({ monitor }: { monitor: MonitorView }) {
  const client = useQueryClient();
  const may = useMayWrite();
  const list = queries.monitors().queryKey;
  const one = queries.monitor(monitor.id).queryKey;
  const toggle = useMutation({
    mutationFn: (enabled: boolean) => api.putMonitor(monitor.id, bodyOf(monitor, { enabled })),
    onMutate: async (enabled) => {
      await client.cancelQueries({ queryKey: ['monitors'] });
      const before = [client.getQueryData<Page<MonitorView>>(list), client.getQueryData<MonitorView>(one)] as const;
      if (before[0])
        client.setQueryData<Page<MonitorView>>(list, {
          ...before[0],
          items: before[0].items.map((m) => (m.id === monitor.id ? { ...m, enabled } : m)),
        });
      if (before[1]) client.setQueryData<MonitorView>(one, { ...before[1], enabled });
      return before;
    },
    onError: (_error, _enabled, before) => {
      client.setQueryData(list, before?.[0]);
      client.setQueryData(one, before?.[1]);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['monitors'] }),
  });
  return (
    <button
      type="button"
      role="switch"
      aria-checked={monitor.enabled}
      aria-label={`${monitor.name}: ${monitor.enabled ? 'on' : 'off'}`}
      data-tip={!may ? READ_ONLY : monitor.enabled ? 'On. Switch off' : 'Off. Switch on'}
      disabled={toggle.isPending || !may}
      onClick={() => toggle.mutate(!monitor.enabled)}
      className={`relative h-5 w-9 shrink-0 rounded-full border transition-colors ${monitor.enabled ? 'border-transparent bg-accent-fill' : 'border-line-strong bg-sunken'}`}
    >
      <span
        className={`absolute top-1/2 size-3.5 -translate-y-1/2 rounded-full transition-[left] ${monitor.enabled ? 'left-[1.1rem] bg-white' : 'left-0.5 bg-muted'}`}
      />
    </button>
  );
}
