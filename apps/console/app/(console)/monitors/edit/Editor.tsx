'use client';

import type { MonitorBody, MonitorView } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Empty } from '@/components/States';
import { toast } from '@/components/Toast';
import { ApiError, api } from '@/lib/api';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { PageHeader } from '@/shell/PageHeader';
import { AsCode } from '../AsCode';
import { Backtest } from '../Backtest';
import { bodyOf, ruleText } from '../describe';
import { type Asked, NOTHING } from '../new/search-params';
import { bodyOfDraft, type Draft, draftFor, draftOf } from './draft';
import { MonitorForm } from './MonitorForm';

/** Making and changing a monitor: the form on the left, what it would have done on history on the right. */
export function Editor({ monitor, asked = NOTHING }: { monitor?: MonitorView; asked?: Asked }) {
  const router = useRouter();
  const client = useQueryClient();
  const may = useMayWrite();
  const models = (useQuery(queries.models()).data?.items ?? []).map((m) => m.name).sort();
  const channels = useQuery(queries.channels()).data?.items ?? [];
  const [draft, setDraft] = useState<Draft>(() => (monitor ? draftOf(bodyOf(monitor, {})) : draftFor(asked)));
  const shown = draft.model === '' && models[0] ? { ...draft, model: models[0] } : draft;
  const model = useQuery({ ...queries.model(shown.model), enabled: shown.model !== '' }).data;
  const [refused, setRefused] = useState<Record<string, string>>({});
  const result = bodyOfDraft(shown);
  const own = 'errors' in result ? result.errors : {};
  // A name is wanted in the end, not while one is still trying things out.
  const tried = bodyOfDraft({ ...shown, name: shown.name || 'untitled' });
  const [touched, setTouched] = useState(false);
  const errors = {
    ...refused,
    ...(touched ? own : Object.fromEntries(Object.entries(own).filter(([f]) => f !== 'name'))),
  };

  const save = useMutation({
    mutationFn: (body: MonitorBody) => (monitor ? api.putMonitor(monitor.id, body) : api.createMonitor(body)),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['monitors'] });
      toast(monitor ? 'Saved.' : 'Made. Its first look comes in a moment.', 'ok');
      router.push(paths.monitor(saved.id));
    },
    onError: (error) => {
      const listed = error instanceof ApiError ? (error.problem.errors ?? []) : [];
      setRefused(Object.fromEntries(listed.map((e) => [e.path.split('.')[0] ?? '', e.message])));
      toast(error.message);
    },
  });
  const submit = () => {
    setTouched(true);
    if ('body' in result) save.mutate(result.body);
    else
      toast(
        Object.entries(result.errors)
          .map(([field, what]) => `${field}: ${what}`)
          .join('; '),
      );
  };
  const change = (more: Partial<MonitorBody>) => {
    if ('body' in tried) setDraft({ ...draftOf({ ...tried.body, ...more }), name: shown.name });
  };

  return (
    <>
      <PageHeader
        crumbs={[
          { label: 'Monitors', href: '/monitors' },
          ...(monitor ? [{ label: monitor.name, href: paths.monitor(monitor.id) }] : []),
        ]}
        title={monitor ? `Change ${monitor.name}` : 'New monitor'}
        actions={
          <>
            {monitor && may && <Delete monitor={monitor} />}
            <Button look="ghost" onClick={() => router.back()}>
              Cancel
            </Button>
            <Button
              look="primary"
              disabled={!may || save.isPending}
              data-tip={may ? undefined : READ_ONLY}
              onClick={submit}
            >
              {monitor ? 'Save' : 'Create'}
            </Button>
          </>
        }
      >
        <p>{'body' in tried ? `${ruleText(tried.body)}.` : 'Complete the form to see what it would have done.'}</p>
      </PageHeader>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(20rem,26rem)_minmax(0,1fr)]">
        <Card flush>
          <MonitorForm
            draft={shown}
            errors={errors}
            model={model}
            models={monitor ? [monitor.model] : models}
            channels={channels}
            onChange={(next) => {
              setRefused({});
              setDraft(next);
            }}
          />
        </Card>
        <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-4">
          {'body' in tried && shown.model !== '' ? (
            <>
              <Backtest body={tried.body} primaryMetric={model?.primary_metric} onChange={change} />
              <AsCode body={tried.body} />
            </>
          ) : (
            <Card title="On history">
              <Empty compact icon="monitor" title="The rule is not complete">
                {Object.entries(own)
                  .map(([field, what]) => `${field}: ${what}`)
                  .join('; ')}
              </Empty>
            </Card>
          )}
        </div>
      </div>
    </>
  );
}

function Delete({ monitor }: { monitor: MonitorView }) {
  const router = useRouter();
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.deleteMonitor(monitor.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['monitors'] });
      toast('Deleted.', 'ok');
      router.push('/monitors');
    },
    onError: (error) => toast(error.message),
  });
  return sure ? (
    <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
      Delete it and its history
    </Button>
  ) : (
    <Button look="danger" onClick={() => setSure(true)}>
      Delete
    </Button>
  );
}
