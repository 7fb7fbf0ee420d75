'use client';

import type { ViewView } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Fields';
import { Link } from '@/components/Link';
import { Segmented } from '@/components/Segmented';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { Ago } from '@/components/Time';
import { toast } from '@/components/Toast';
import { api } from '@/lib/api';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { queries } from '@/lib/queries';
import { fixedPath, isMoving, shownPath } from './saved-views';

/** Views of this model under names: the list, and a way to keep what is on screen. */
export function SavedViews({ model }: { model: string }) {
  const [open, setOpen] = useState<'list' | 'save' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Button look="ghost" icon="bookmark" onClick={() => setOpen('list')}>
        Views
      </Button>
      <Button icon="plus" onClick={() => setOpen('save')}>
        Save view
      </Button>
      <Dialog open={open === 'list'} onClose={close} title="Saved views">
        <List model={model} onClose={close} />
      </Dialog>
      <Dialog open={open === 'save'} onClose={close} title="Save this view">
        <Save onClose={close} />
      </Dialog>
    </>
  );
}

function List({ model, onClose }: { model: string; onClose: () => void }) {
  const views = useQuery(queries.views());
  const mine = `/models/${encodeURIComponent(model)}`;
  return (
    <Loaded compact query={views} skeleton={<SkeletonRows rows={3} />}>
      {({ items }) => {
        const ofModel = (v: ViewView) => v.path.split(/[?#]/)[0] === mine || v.path.startsWith(`${mine}/`);
        const [own, others] = [items.filter(ofModel), items.filter((v) => !ofModel(v))];
        if (items.length === 0)
          return (
            <Empty compact icon="bookmark" title="No view is saved yet">
              Arrange a page as you need it, then keep it with “Save view”.
            </Empty>
          );
        return (
          <div className="max-h-[60vh] overflow-y-auto p-2">
            <Part title="Of this model" views={own} onClose={onClose} />
            <Part title="Elsewhere" views={others} onClose={onClose} />
          </div>
        );
      }}
    </Loaded>
  );
}

function Part({ title, views, onClose }: { title: string; views: ViewView[]; onClose: () => void }) {
  if (views.length === 0) return null;
  return (
    <section>
      <h3 className="px-2 pt-1.5 pb-1 text-xs text-faint">{title}</h3>
      <ul>
        {views.map((v) => (
          <Row key={v.id} view={v} onClose={onClose} />
        ))}
      </ul>
    </section>
  );
}

function Row({ view, onClose }: { view: ViewView; onClose: () => void }) {
  const client = useQueryClient();
  const may = useMayWrite();
  const remove = useMutation({
    mutationFn: () => api.deleteView(view.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['views'] }),
    onError: (error) => toast(error.message),
  });
  return (
    <li className="flex items-center rounded-md hover:bg-hover">
      <Link href={view.path} onClick={onClose} className="min-w-0 flex-1 px-2 py-1.5">
        <span className="block truncate text-sm font-medium">{view.name}</span>
        <span className="block truncate text-xs text-faint">
          {shownPath(view.path)} · {view.created_by}, <Ago at={view.created_at} />
        </span>
      </Link>
      {may && (
        <Button
          look="ghost"
          icon="close"
          label={`Delete ${view.name}`}
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
        />
      )}
    </li>
  );
}

function Save({ onClose }: { onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const may = useMayWrite();
  const here = `${location.pathname}${location.search}`;
  const moving = isMoving(location.search);
  const [name, setName] = useState('');
  const [range, setRange] = useState<'moving' | 'fixed'>('moving');
  const save = useMutation({
    mutationFn: () => api.saveView({ name, path: moving && range === 'fixed' ? fixedPath(here, Date.now()) : here }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['views'] });
      toast('Saved. It is in “Views” and in the palette (Ctrl-K).', 'ok');
      onClose();
    },
  });
  return (
    <form
      className="flex flex-col gap-4 p-4"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <Field label="Name" error={save.error?.message}>
        <Input
          data-autofocus
          value={name}
          onChange={setName}
          invalid={save.isError}
          placeholder="Worst customers of the month"
        />
      </Field>
      {moving && (
        <div className="flex flex-col items-start gap-1">
          <span className="text-xs text-muted">Time range</span>
          <Segmented
            label="Time range"
            value={range}
            options={[
              { value: 'moving', label: 'moves along' },
              { value: 'fixed', label: 'stays as it is now' },
            ]}
            onChange={setRange}
          />
        </div>
      )}
      <div className="flex justify-end gap-2">
        <Button look="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          look="primary"
          disabled={name.trim() === '' || !may || save.isPending}
          data-tip={may ? undefined : READ_ONLY}
        >
          Save
        </Button>
      </div>
    </form>
  );
}
