'use client';

import type { ContractBody, ValueContract } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Fields';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { toast } from '@/components/Toast';
import { ApiError, api, type ContractView } from '@/lib/api';
import { plural } from '@/lib/format';
import { queries } from '@/lib/queries';
import { contractFrom, type Draft, draftOf, ruleOf } from './contract-draft';

/** The data contract, name by name, to be read and changed. */
export function ContractDrawer({ model, open, onClose }: { model: string; open: boolean; onClose: () => void }) {
  const query = useQuery({ ...queries.contract(model), enabled: open });
  return (
    <Dialog drawer open={open} onClose={onClose} title="Data contract">
      <Loaded query={query} skeleton={<Skeleton className="m-4 h-96" />}>
        {(contract) => <Editor key={contract.revision} model={model} contract={contract} onClose={onClose} />}
      </Loaded>
    </Dialog>
  );
}

type Entry = { name: string; output: boolean; before: ValueContract };
const entriesOf = ({ features, outputs }: ContractView): Entry[] => [
  ...Object.entries(outputs).flatMap(([name, before]) => (before ? [{ name, output: true, before }] : [])),
  ...Object.entries(features).map(([name, before]) => ({ name, output: false, before })),
];

function Editor({ model, contract, onClose }: { model: string; contract: ContractView; onClose: () => void }) {
  const client = useQueryClient();
  const entries = entriesOf(contract);
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Draft>>(new Map());
  const [wanted, setWanted] = useState('');
  const [shown, setShown] = useState<string | null>(null);
  const keyOf = (e: Entry) => `${e.output ? 'output' : 'feature'} ${e.name}`;
  const typed = (e: Entry): ReturnType<typeof contractFrom> => {
    const draft = drafts.get(keyOf(e));
    return draft ? contractFrom(e.before, draft) : { value: e.before, errors: {} };
  };
  const wrong = entries.filter((e) => Object.keys(typed(e).errors).length > 0);

  const save = useMutation({
    mutationFn: () => {
      const of = (output: boolean) =>
        Object.fromEntries(entries.filter((e) => e.output === output).map((e) => [e.name, typed(e).value]));
      const body: ContractBody = {
        features: of(false),
        outputs: of(true),
        refused_max: contract.refused_max,
        revision: contract.revision,
      };
      return api.putContract(model, body);
    },
    onSuccess: async (saved) => {
      toast(`Revision ${saved.revision} is in force. The monitors look again.`, 'ok');
      await client.invalidateQueries({ queryKey: ['model', model] });
      onClose();
    },
    onError: async (error) => {
      const newer = error instanceof ApiError && error.status === 409;
      toast(
        newer
          ? 'Somebody changed the contract meanwhile. What is in force now is shown; change it again.'
          : error.message,
      );
      if (newer) await client.invalidateQueries({ queryKey: ['model', model, 'contract'] });
    },
  });

  if (entries.length === 0)
    return (
      <Empty icon="check" title="There is no contract yet">
        It is inferred from the reference. Upload the training set, then change here what it got wrong.
      </Empty>
    );
  const matching = entries.filter((e) => e.name.toLowerCase().includes(wanted.trim().toLowerCase()));
  return (
    <div className="flex min-h-full flex-col">
      <div className="border-b border-line p-4">
        <p className="mb-3 text-xs text-muted">
          {contract.origin === 'edited'
            ? `Revision ${contract.revision}, by ${contract.by}.`
            : `Inferred from the reference${contract.reference ? ` '${contract.reference.name}'` : ''}. What you save is kept as revision 1 and no longer follows it.`}{' '}
          An empty field allows anything.
        </p>
        <Field label={`Find one of ${plural(entries.length, 'name')}`}>
          <Input value={wanted} onChange={setWanted} placeholder="name" />
        </Field>
      </div>
      <ul className="flex-1 divide-y divide-line">
        {matching.slice(0, 200).map((e) => {
          const key = keyOf(e);
          const { value, errors } = typed(e);
          const open = shown === key;
          return (
            <li key={key}>
              <button
                type="button"
                aria-expanded={open}
                onClick={() => setShown(open ? null : key)}
                className="flex w-full items-baseline gap-3 px-4 py-2.5 text-left text-sm hover:bg-hover"
              >
                <span className="min-w-0 shrink-0 basis-2/5 font-medium wrap-anywhere">
                  {e.name}
                  {drafts.has(key) && <span className="ml-1 text-accent">•</span>}
                  {drafts.has(key) && <span className="sr-only">changed</span>}
                </span>
                <span className={`min-w-0 flex-1 ${Object.keys(errors).length > 0 ? 'text-critical' : 'text-muted'}`}>
                  {Object.keys(errors).length > 0 ? 'something is wrong here' : ruleOf(value)}
                </span>
              </button>
              {open && (
                <Values
                  entry={e}
                  draft={drafts.get(key) ?? draftOf(e.before)}
                  errors={errors}
                  onChange={(draft) => setDrafts(new Map(drafts).set(key, draft))}
                />
              )}
            </li>
          );
        })}
        {matching.length === 0 && <li className="p-4 text-sm text-muted">Nothing is called like that.</li>}
        {matching.length > 200 && (
          <li className="p-4 text-sm text-muted">{matching.length - 200} more; type a part of the name.</li>
        )}
      </ul>
      <div className="sticky bottom-0 flex items-center gap-2 border-t border-line bg-raised p-4">
        <Button
          look="primary"
          disabled={drafts.size === 0 || wrong.length > 0 || save.isPending}
          onClick={() => save.mutate()}
        >
          {save.isPending ? 'Saving …' : 'Save as a new revision'}
        </Button>
        <Button look="ghost" disabled={drafts.size === 0} onClick={() => setDrafts(new Map())}>
          Undo
        </Button>
        <span className="ml-auto text-xs text-muted">
          {wrong.length > 0
            ? `${wrong.map((e) => e.name).join(', ')}: see there`
            : drafts.size > 0
              ? `${plural(drafts.size, 'name')} changed`
              : ''}
        </span>
      </div>
    </div>
  );
}

type ValuesProps = {
  entry: Entry;
  draft: Draft;
  errors: Partial<Record<keyof Draft, string>>;
  onChange: (draft: Draft) => void;
};

function Values({ entry, draft, errors, onChange }: ValuesProps) {
  const input = (key: Exclude<keyof Draft, 'varies'>, label: string, hint?: string) => (
    <Field label={label} hint={hint} error={errors[key] && `${errors[key]}`}>
      <Input
        value={draft[key]}
        invalid={errors[key] !== undefined}
        inputMode="decimal"
        onChange={(value) => onChange({ ...draft, [key]: value })}
      />
    </Field>
  );
  return (
    <div className="grid grid-cols-2 gap-x-4 gap-y-3 bg-bg/50 px-4 pt-1 pb-4">
      {entry.before.type === 'numeric' ? (
        <>
          {input('min', 'Smallest value')}
          {input('max', 'Largest value')}
          {input('missing', 'Missing at most, %')}
          {input('outside', 'Outside at most, %', '1 if empty')}
        </>
      ) : (
        <>
          <Field label="Categories, one a line" hint="Empty: any" wide>
            <textarea
              rows={Math.min(8, Math.max(3, draft.categories.split('\n').length))}
              value={draft.categories}
              onChange={(e) => onChange({ ...draft, categories: e.target.value })}
              className="w-full rounded-md border border-line-strong bg-bg px-2.5 py-1.5 font-mono text-xs"
            />
          </Field>
          {input('missing', 'Missing at most, %')}
          {input('unseen', 'None of these at most, %', '1 if empty')}
          {input('cardinality', 'Different ones at most')}
        </>
      )}
      <label className="col-span-full flex items-center gap-2 text-sm">
        <input
          type="checkbox"
          checked={draft.varies}
          onChange={(e) => onChange({ ...draft, varies: e.target.checked })}
          className="accent-(--accent-fill)"
        />
        It must not become constant
      </label>
    </div>
  );
}
