'use client';

import type { Filter } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Combobox } from '@/components/Combobox';
import { Select } from '@/components/Segmented';
import { ErrorPanel } from '@/components/States';
import { queries } from '@/lib/queries';
import type { Scope } from './FilterBar';
import { fieldOptions } from './fields';
import { type Chip, type Draft, draftOf, type EditOp, emptyDraft, filtersOf, opLabel, opsFor, takes } from './filter';
import { ValuesField } from './ValuesField';

/** One condition: which field, how, and which values; what the field holds is suggested from the rows. */
export function FilterEditor({
  scope,
  others,
  chip,
  onDone,
  onCancel,
}: {
  scope: Scope;
  /** The conditions that hold beside this one. */
  others: Filter[];
  chip: Chip | null;
  onDone: (filters: Filter[]) => void;
  onCancel: () => void;
}) {
  const known = useQuery(queries.fields(scope.model));
  const fields = known.data?.items ?? [];
  const [draft, setDraft] = useState<Draft>(() => (chip ? draftOf(chip) : emptyDraft('', 'categorical')));
  const field = fields.find((f) => f.field === draft.field);
  const type = field?.type ?? (['between', 'gt', 'gte', 'lt', 'lte'].includes(draft.op) ? 'numeric' : 'categorical');
  const filters = draft.field === '' ? null : filtersOf(draft, type);
  const set = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  /** What was chosen so far is kept where the next operator can use it. */
  const setOp = (op: EditOp) => {
    const [first] = draft.values;
    if (takes(op) === 'many' && draft.values.length === 0 && draft.value) set({ op, values: [draft.value] });
    else if (takes(op) !== 'many' && !draft.value && first) set({ op, value: first });
    else set({ op });
  };
  if (known.error) return <ErrorPanel compact error={known.error} retry={() => void known.refetch()} />;
  return (
    <form
      aria-label={chip ? 'Change the filter' : 'New filter'}
      className="mt-2 flex flex-wrap items-start gap-2 rounded-lg border border-line bg-sunken p-2"
      onKeyDown={(e) => {
        if (e.key !== 'Escape') return;
        e.preventDefault();
        onCancel();
      }}
      onSubmit={(e) => {
        e.preventDefault();
        if (filters) onDone(filters);
      }}
    >
      <Combobox
        label="Field"
        placeholder="Field…"
        autoFocus={!chip}
        busy={known.isPending}
        className="w-full sm:w-56"
        value={draft.field}
        options={fieldOptions(fields)}
        onChange={(name) => setDraft(emptyDraft(name, fields.find((f) => f.field === name)?.type ?? 'categorical'))}
      />
      {draft.field !== '' && (
        <>
          <Select
            label="is"
            value={draft.op}
            onChange={setOp}
            options={opsFor(type).map((op) => ({ value: op, label: opLabel(op) }))}
          />
          {takes(draft.op) !== 'none' && (
            <ValuesField
              key={draft.field}
              scope={scope}
              others={others}
              field={draft.field}
              type={type}
              draft={draft}
              onChange={set}
            />
          )}
        </>
      )}
      <div className="ml-auto flex gap-2">
        <Button look="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" look="primary" disabled={!filters}>
          {chip ? 'Change' : 'Add filter'}
        </Button>
      </div>
    </form>
  );
}
