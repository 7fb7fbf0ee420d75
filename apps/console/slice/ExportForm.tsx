'use client';

import type { ExportFormat, RowOrder } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Field, Input } from '@/components/Fields';
import { Segmented, Select } from '@/components/Segmented';
import { api } from '@/lib/api';
import { plural } from '@/lib/format';
import { queries } from '@/lib/queries';
import { ColumnChoice } from './ColumnChoice';
import { choicesOf, columnsOf } from './columns';
import { SliceFacts } from './SliceFacts';
import { questionOf, type Slice } from './slice';
import { useCount } from './useCount';

const FORMATS: { value: ExportFormat; label: string; says: string }[] = [
  { value: 'parquet', label: 'Parquet', says: 'For retraining and analysis: typed, and the smallest.' },
  { value: 'csv', label: 'CSV', says: 'For spreadsheets and everything else.' },
  { value: 'ndjson', label: 'NDJSON', says: 'One event a line, as it was sent; plumbline import takes it again.' },
];
const LIMIT_MAX = 1_000_000_000;
const FIRST = 1_000;

/** What is to be in the file. */
export function ExportForm({
  slice,
  onMade,
  onCancel,
}: {
  slice: Slice;
  onMade: (id: string) => void;
  onCancel: () => void;
}) {
  const client = useQueryClient();
  const model = useQuery(queries.model(slice.model)).data;
  const count = useCount(slice);
  const [format, setFormat] = useState<ExportFormat>('parquet');
  const [order, setOrder] = useState<RowOrder>(slice.order ?? 'ts');
  const [limit, setLimit] = useState(String(FIRST));
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  const [safe, setSafe] = useState(true);
  const choices = model ? choicesOf(model) : [];
  const all = new Set(choices.map((c) => c.column));
  const typed = limit.replace(/[\s\u202f]/g, '');
  const rowsMax = order === 'ts' || typed === '' ? null : Number(typed);
  const wrong =
    rowsMax !== null && !(Number.isInteger(rowsMax) && rowsMax >= 1 && rowsMax <= LIMIT_MAX)
      ? 'A whole number, or nothing for all of them'
      : undefined;
  // Worst first are only rows that have a label.
  const there = order === 'error' ? count?.labelled : count?.rows;
  const rows = there === undefined ? undefined : rowsMax === null ? there : Math.min(rowsMax, there);
  const make = useMutation({
    mutationFn: () =>
      api.exportRows(slice.model, {
        ...questionOf(slice),
        format,
        order,
        ...(rowsMax === null ? {} : { limit: rowsMax }),
        ...(order === 'random' ? { seed: slice.seed ?? 0 } : {}),
        ...(chosen ? { columns: columnsOf(choices, chosen) } : {}),
        ...(format === 'csv' ? { spreadsheet_safe: safe } : {}),
      }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['exports', 'list'] });
      onMade(made.id);
    },
  });

  return (
    <form
      className="flex flex-col gap-4 p-4"
      onSubmit={(e) => {
        e.preventDefault();
        make.mutate();
      }}
    >
      <SliceFacts slice={slice} count={count} />
      <div className="flex flex-col gap-1.5">
        <p className="text-xs text-muted">Format</p>
        <div className="flex">
          <Segmented label="Format" value={format} options={FORMATS} onChange={setFormat} />
        </div>
        <p className="text-xs text-faint">{FORMATS.find((f) => f.value === format)?.says}</p>
        {format === 'csv' && (
          <label className="flex cursor-pointer items-center gap-2 text-xs">
            <input
              type="checkbox"
              checked={safe}
              onChange={(e) => setSafe(e.target.checked)}
              className="accent-accent-fill"
            />
            Text that a spreadsheet would run as a formula gets a ' in front
          </label>
        )}
      </div>
      <div className="flex flex-col gap-1.5">
        <p className="text-xs text-muted">Rows</p>
        <div className="flex flex-wrap items-center gap-2">
          <Select
            label="Which"
            value={order}
            onChange={setOrder}
            options={[
              { value: 'ts', label: 'all, by time' },
              { value: 'error', label: 'the worst' },
              { value: 'random', label: 'some at random' },
              ...(model?.task === 'regression'
                ? []
                : [{ value: 'boundary' as const, label: 'the closest to the decision' }]),
            ]}
          />
        </div>
        {order !== 'ts' && (
          <div className="w-40">
            <Field label="How many (empty: all)" error={wrong}>
              <Input value={limit} onChange={setLimit} inputMode="numeric" invalid={wrong !== undefined} />
            </Field>
          </div>
        )}
      </div>
      <div className="flex flex-col gap-1.5">
        <div className="flex items-baseline gap-2">
          <p className="text-xs text-muted">Columns</p>
          {!chosen && (
            <p className="text-xs">
              all{' '}
              <button
                type="button"
                disabled={!model}
                onClick={() => setChosen(all)}
                className="rounded font-medium text-accent hover:underline"
              >
                Choose…
              </button>
            </p>
          )}
        </div>
        {chosen && <ColumnChoice choices={choices} chosen={chosen} onChange={setChosen} />}
      </div>
      {make.error && (
        <p role="alert" className="text-sm text-critical">
          {make.error.message}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Button look="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          look="primary"
          type="submit"
          data-autofocus
          disabled={make.isPending || wrong !== undefined || rows === 0 || chosen?.size === 0}
        >
          {rows === undefined ? 'Export' : rows === 0 ? 'No rows to export' : `Export ${plural(rows, 'row')}`}
        </Button>
      </div>
    </form>
  );
}
