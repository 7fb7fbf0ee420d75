'use client';

import type { Filter } from '@plumbline/contracts';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/Button';
import { FilterEditor } from './FilterEditor';
import { type Chip, chipsOf } from './filter';

/** Which rows values are suggested from: those of a range, or of the last weeks where there is none. */
export type Scope = { model: string; from?: number; to?: number; version?: string };

/** What all shown rows have in common. Every condition can be changed or taken away, and new ones added. */
export function FilterBar({
  scope,
  filters,
  onChange,
  children,
}: {
  scope: Scope;
  filters: Filter[];
  onChange: (filters: Filter[]) => void;
  /** Other choices beside the button. */
  children?: ReactNode;
}) {
  const [editing, setEditing] = useState<number | 'new' | null>(null);
  const add = useRef<HTMLButtonElement>(null);
  const chips = chipsOf(filters);
  const open = editing === 'new' ? null : editing === null ? null : chips[editing];
  const was = useRef(false);
  // Whoever closes the editor goes on from where they opened it.
  useEffect(() => {
    if (editing === null && was.current) add.current?.focus();
    was.current = editing !== null;
  }, [editing]);

  const put = (chip: Chip | null, at: number | 'new') => {
    const next = at === 'new' ? [...chips] : chips.toSpliced(at, 1);
    if (chip) next.splice(at === 'new' ? next.length : at, 0, chip);
    onChange(next.flatMap((c) => c.filters));
    setEditing(null);
  };
  return (
    <section aria-label="Filters" className="mb-4 min-w-0">
      <div className="flex flex-wrap items-center gap-2">
        <Button
          ref={add}
          icon="filter"
          aria-expanded={editing === 'new'}
          onClick={() => setEditing(editing === 'new' ? null : 'new')}
        >
          {chips.length === 0 ? 'Filter' : 'Add'}
        </Button>
        {chips.map((chip, i) => (
          <span
            key={chip.text + String(i)}
            className={`inline-flex h-8 max-w-full min-w-0 items-center rounded-md border bg-accent/8 text-sm font-medium text-accent ${editing === i ? 'border-accent' : 'border-accent/40'}`}
          >
            <button
              type="button"
              aria-expanded={editing === i}
              aria-label={`Change ${chip.text}`}
              onClick={() => setEditing(editing === i ? null : i)}
              className="h-full min-w-0 truncate rounded-l-md pr-0.5 pl-2.5 hover:bg-accent/10"
              title={chip.text}
            >
              {chip.text}
            </button>
            <Button
              look="ghost"
              icon="close"
              label={`Remove ${chip.text}`}
              className="size-7! text-accent!"
              onClick={() => put(null, i)}
            />
          </span>
        ))}
        {chips.length > 1 && (
          <Button look="ghost" onClick={() => onChange([])}>
            Clear
          </Button>
        )}
        {children}
      </div>
      {(editing === 'new' || open) && (
        <FilterEditor
          // Another chip is another editor.
          key={String(editing)}
          scope={scope}
          others={chips.filter((_, i) => i !== editing).flatMap((c) => c.filters)}
          chip={open ?? null}
          onDone={(changed) => put({ filters: changed, text: '' }, editing!)}
          onCancel={() => setEditing(null)}
        />
      )}
    </section>
  );
}
