'use client';

import { useState } from 'react';
import { SearchBox } from '@/components/SearchBox';
import { plural } from '@/lib/format';
import type { Choice } from './columns';

/** Which columns: a list to tick, searched by name. */
export function ColumnChoice({
  choices,
  chosen,
  onChange,
}: {
  choices: readonly Choice[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const [typed, setTyped] = useState('');
  const shown = choices.filter((c) => c.label.toLowerCase().includes(typed.trim().toLowerCase()));
  const allShown = shown.length > 0 && shown.every((c) => chosen.has(c.column));
  const set = (columns: readonly string[], on: boolean) => {
    const next = new Set(chosen);
    for (const column of columns) on ? next.add(column) : next.delete(column);
    onChange(next);
  };
  return (
    <div className="rounded-md border border-line">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line p-2">
        <SearchBox label="Find a column" value={typed} onChange={setTyped} />
        <span className="text-xs text-faint">
          {chosen.size} of {plural(choices.length, 'column')}
        </span>
        <button
          type="button"
          className="ml-auto rounded px-1 text-xs font-medium text-accent hover:underline"
          onClick={() =>
            set(
              shown.map((c) => c.column),
              !allShown,
            )
          }
        >
          {allShown ? 'None' : 'All'}
          {typed.trim() && ' of these'}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <fieldset className="max-h-44 overflow-y-auto p-2" tabIndex={0}>
        <legend className="sr-only">Columns</legend>
        {shown.length === 0 && <p className="px-1 py-2 text-xs text-faint">No column is called that.</p>}
        {shown.map((c, i) => (
          <div key={c.column}>
            {shown[i - 1]?.group !== c.group && (
              <p className="mt-1 px-1 text-2xs font-medium text-faint first:mt-0">{c.group}</p>
            )}
            <label className="flex min-h-6 cursor-pointer items-center gap-2 rounded px-1 hover:bg-hover">
              <input
                type="checkbox"
                checked={chosen.has(c.column)}
                onChange={(e) => set([c.column], e.target.checked)}
                className="accent-accent-fill"
              />
              <span className="truncate" title={c.label}>
                {c.label}
              </span>
            </label>
          </div>
        ))}
      </fieldset>
    </div>
  );
}
