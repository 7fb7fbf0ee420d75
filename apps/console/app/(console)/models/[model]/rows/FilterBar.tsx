'use client';

import type { Filter, ModelView } from '@plumbline/contracts';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Icon } from '@/components/icons';
import { Select } from '@/components/Segmented';
import { filterText, makeFilter, OPS } from './search-params';

/** What all shown rows have in common; each condition can be taken away, and new ones added. */
export function FilterBar({
  model,
  filters,
  onChange,
}: {
  model: ModelView;
  filters: Filter[];
  onChange: (filters: Filter[]) => void;
}) {
  const [adding, setAdding] = useState(false);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {filters.map((f, i) => (
        <span
          key={JSON.stringify(f)}
          className="inline-flex h-8 max-w-full items-center rounded-md border border-accent/40 bg-accent/8 pl-2.5 text-sm font-medium text-accent"
        >
          <span className="truncate">{filterText(f)}</span>
          <Button
            look="ghost"
            icon="close"
            label={`Remove ${filterText(f)}`}
            className="size-7! text-accent!"
            onClick={() => onChange(filters.filter((_, j) => j !== i))}
          />
        </span>
      ))}
      {adding ? (
        <NewFilter
          model={model}
          onCancel={() => setAdding(false)}
          onAdd={(f) => {
            setAdding(false);
            onChange([...filters, f]);
          }}
        />
      ) : (
        <Button icon="filter" onClick={() => setAdding(true)}>
          Add filter
        </Button>
      )}
    </div>
  );
}

function NewFilter({ model, onAdd, onCancel }: { model: ModelView; onAdd: (f: Filter) => void; onCancel: () => void }) {
  const fields = [
    ...model.schema.map((f) => `features.${f.name}`),
    'version',
    'label',
    ...(model.task === 'regression' ? ['prediction.value'] : ['prediction.class', 'prediction.score']),
  ];
  const [field, setField] = useState(fields[0] ?? 'version');
  const [op, setOp] = useState<Filter['op']>('eq');
  const [typed, setTyped] = useState('');
  const filter = makeFilter(field, op, typed);
  const bare = OPS.find((o) => o.op === op)?.value === 'none';
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        if (filter) onAdd(filter);
      }}
    >
      <Select
        label="Field"
        value={field}
        onChange={setField}
        options={fields.map((value) => ({ value, label: value.replace(/^features\./, '') }))}
      />
      <Select
        label="is"
        value={op}
        onChange={setOp}
        options={OPS.filter((o) => o.op !== 'is_not_null').map((o) => ({ value: o.op, label: o.label }))}
      />
      {!bare && (
        <input
          // biome-ignore lint/a11y/noAutofocus: the form was just opened to type into it.
          autoFocus
          aria-label="Value"
          placeholder={op === 'in' || op === 'not_in' ? 'a, b, c' : 'value'}
          value={typed}
          onChange={(e) => setTyped(e.target.value)}
          className="h-8 w-36 rounded-md border border-line-strong bg-surface px-2.5 text-sm"
        />
      )}
      <Button type="submit" look="primary" disabled={!filter}>
        Add
      </Button>
      <Button look="ghost" onClick={onCancel}>
        <Icon name="close" size={14} /> Cancel
      </Button>
    </form>
  );
}
