'use client';

import type { ChannelSaved, ChannelView, Severity } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Choice, Field, Group, Input } from '@/components/Fields';
import { Secret } from '@/components/Secret';
import { Segmented } from '@/components/Segmented';
import { toast } from '@/components/Toast';
import { queries } from '@/lib/queries';
import { access } from '@/lib/settings';
import { KIND } from './columns';
import { bodyOf, type Draft, draftOf, type Kind, missing } from './draft';
import { TargetFields } from './TargetFields';

export function ChannelDrawer({
  editing,
  isFirst,
  onClose,
}: {
  editing: { channel: ChannelView | null } | null;
  isFirst: boolean;
  onClose: () => void;
}) {
  const [saved, setSaved] = useState<ChannelSaved | null>(null);
  const close = () => {
    setSaved(null);
    onClose();
  };
  return (
    <Dialog
      drawer
      open={editing !== null}
      onClose={close}
      title={editing?.channel?.name ?? saved?.name ?? 'New channel'}
    >
      {saved?.secret ? (
        <div className="flex flex-col gap-4 p-4">
          <Secret label="What its signatures are made with" value={saved.secret}>
            Copy it now: it cannot be shown again. The receiver checks the header Plumbline-Signature with it.
          </Secret>
          <div className="flex justify-end">
            <Button look="primary" onClick={close}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        editing && (
          <Form
            channel={editing.channel}
            isFirst={isFirst}
            onClose={close}
            onSaved={(channel) => (channel.secret ? setSaved(channel) : close())}
          />
        )
      )}
    </Dialog>
  );
}

const SEVERITIES: readonly (readonly [Severity | '', string])[] = [
  ['', 'Any'],
  ['warning', 'Warning and critical'],
  ['critical', 'Critical'],
];

function Form({
  channel,
  isFirst,
  onClose,
  onSaved,
}: {
  channel: ChannelView | null;
  isFirst: boolean;
  onClose: () => void;
  onSaved: (channel: ChannelSaved) => void;
}) {
  const client = useQueryClient();
  const known = useQuery(queries.models());
  const [draft, setDraft] = useState<Draft>(() => draftOf(channel, isFirst));
  const [tried, setTried] = useState(false);
  const put = (patch: Partial<Draft>) => setDraft({ ...draft, ...patch });
  const wrong = missing(draft, channel === null);
  const save = useMutation({
    mutationFn: () => (channel ? access.putChannel(channel.id, bodyOf(draft)) : access.makeChannel(bodyOf(draft))),
    onSuccess: (made) => {
      toast(channel ? 'Saved' : 'Created. Send it a test to see that it arrives', 'ok');
      void client.invalidateQueries({ queryKey: ['channels'] });
      onSaved(made);
    },
  });
  const models = [
    ...new Set([...(known.data?.items ?? []).map((m) => m.name), ...(draft.model ? [draft.model] : [])]),
  ].sort();
  return (
    <form
      noValidate
      className="flex min-h-full flex-col"
      onSubmit={(e) => {
        e.preventDefault();
        setTried(true);
        if (Object.keys(wrong).length === 0) save.mutate();
      }}
    >
      <div className="flex-1">
        {!channel && (
          <div className="flex border-b border-line p-4">
            <Segmented
              label="Kind"
              value={draft.kind}
              onChange={(kind: Kind) => put({ kind, url: '' })}
              options={(Object.keys(KIND) as Kind[]).map((value) => ({ value, label: KIND[value] }))}
            />
          </div>
        )}
        <Group title="Where to">
          <TargetFields draft={draft} put={put} wrong={tried ? wrong : {}} isNew={channel === null} />
          <Field label="Name" hint="Left empty, it is named by its kind" wide>
            <Input value={draft.name} onChange={(name) => put({ name })} maxLength={200} placeholder="On-call" />
          </Field>
        </Group>
        <Group title="What it receives">
          <p className="col-span-full -mt-1 text-xs text-pretty text-muted">
            A monitor that names channels tells those. Any other is told to every channel that matches, and to the
            default one if none does.
          </p>
          <Field label="Model">
            <Choice
              value={draft.model}
              onChange={(model) => put({ model })}
              options={[['', 'Any'], ...models.map((m) => [m, m] as const)]}
            />
          </Field>
          <Field label="Severity">
            <Choice value={draft.severity} onChange={(severity) => put({ severity })} options={SEVERITIES} />
          </Field>
          <Field label="Owner of the model" wide>
            <Input value={draft.owner} onChange={(owner) => put({ owner })} maxLength={200} placeholder="Any" />
          </Field>
          <label className="col-span-full flex cursor-pointer items-start gap-2.5">
            <input
              type="checkbox"
              checked={draft.isDefault}
              onChange={(e) => put({ isDefault: e.target.checked })}
              className="mt-0.5 size-4 accent-accent-fill"
            />
            <span>
              Default channel
              <span className="block text-xs text-faint">Receives what no other channel receives</span>
            </span>
          </label>
        </Group>
      </div>
      <div className="sticky bottom-0 flex justify-end gap-2 border-t border-line bg-raised p-4">
        <Button look="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button look="primary" type="submit" disabled={save.isPending}>
          {channel ? 'Save' : 'Create channel'}
        </Button>
      </div>
    </form>
  );
}
