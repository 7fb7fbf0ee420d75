'use client';

import type { ReviewSample } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Field, Input } from '@/components/Fields';
import { api } from '@/lib/api';
import { plural } from '@/lib/format';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { SliceFacts } from './SliceFacts';
import { questionOf, type Slice } from './slice';
import { useCount } from './useCount';

const SAMPLES: { value: ReviewSample; label: string; says: string }[] = [
  { value: 'random', label: 'At random', says: 'What the labels say then holds for the whole slice.' },
  { value: 'uncertain', label: 'Uncertain', says: 'The answers closest to the decision: labels teach most there.' },
  {
    value: 'disagreeing',
    label: 'Suspicious',
    says: 'Labels that contradict the answer, and answers that are likely to be wrong.',
  },
  { value: 'diverse', label: 'Diverse', says: 'Rows as unlike each other as can be, to see all kinds.' },
];
const SIZE_MAX = 1000;

/** How many rows, chosen how. */
export function ReviewForm({ slice, onCancel }: { slice: Slice; onCancel: () => void }) {
  const router = useRouter();
  const client = useQueryClient();
  const task = useQuery(queries.model(slice.model)).data?.task;
  const count = useCount(slice);
  const [sample, setSample] = useState<ReviewSample>('random');
  const [size, setSize] = useState('50');
  const [name, setName] = useState('');
  const rows = Number(size);
  const wrong =
    Number.isInteger(rows) && rows >= 1 && rows <= SIZE_MAX ? undefined : `A whole number from 1 to ${SIZE_MAX}`;
  const offered = SAMPLES.filter((s) => task !== 'regression' || s.value !== 'uncertain');
  const make = useMutation({
    mutationFn: () =>
      api.createReview(slice.model, {
        ...questionOf(slice),
        sample,
        size: rows,
        ...(name.trim() ? { name: name.trim() } : {}),
      }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['reviews', 'list'] });
      router.push(paths.review(made.id));
    },
  });
  const most = count && !wrong ? Math.min(rows, count.rows) : undefined;
  return (
    <form
      className="flex flex-col gap-4 p-4"
      onSubmit={(e) => {
        e.preventDefault();
        make.mutate();
      }}
    >
      <SliceFacts slice={slice} count={count} />
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1.5 text-xs text-muted">Which rows</legend>
        {offered.map((s) => (
          <label
            key={s.value}
            className="flex cursor-pointer items-start gap-2.5 rounded-md border border-line px-3 py-2 has-checked:border-accent/50 has-checked:bg-accent/8"
          >
            <input
              type="radio"
              name="sample"
              value={s.value}
              checked={sample === s.value}
              onChange={() => setSample(s.value)}
              className="mt-0.5 accent-accent-fill"
            />
            <span>
              <span className="font-medium">{s.label}</span>
              <span className="block text-xs text-muted">{s.says}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-4">
        <Field label="How many" error={wrong}>
          <Input value={size} onChange={setSize} inputMode="numeric" invalid={wrong !== undefined} />
        </Field>
        <Field label="Name (optional)">
          <Input value={name} onChange={setName} placeholder="What it is about" />
        </Field>
      </div>
      {make.error && (
        <p role="alert" className="text-sm text-critical">
          {make.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button look="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          look="primary"
          type="submit"
          data-autofocus
          disabled={make.isPending || wrong !== undefined || count?.rows === 0}
        >
          {count?.rows === 0 ? 'No rows to review' : most ? `Review ${plural(most, 'row')}` : 'Review'}
        </Button>
      </div>
    </form>
  );
}
