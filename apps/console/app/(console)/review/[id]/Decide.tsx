'use client';

import type { ReviewItem, ReviewView } from '@plumbline/contracts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Field, Input } from '@/components/Fields';
import { fixed, number } from '@/lib/format';
import { actOf, keyed } from './keys';
import type { Labelling } from './useLabelling';

/** The label of one row: a key each, or a number. What the model said is hidden, so that it does not lead the eye. */
export function Decide({ review, item, labelling }: { review: ReviewView; item: ReviewItem; labelling: Labelling }) {
  const labels = useMemo(() => keyed(review.classes), [review.classes]);
  const [peek, setPeek] = useState(false);
  const [note, setNote] = useState('');
  const noteRef = useRef<HTMLTextAreaElement>(null);
  const values = review.classes.length === 0;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (document.querySelector('dialog[open]')) return;
      const typing = target?.matches('input[inputmode="decimal"]')
        ? 'number'
        : target?.closest('input:not([type="radio"]),textarea,select')
          ? 'text'
          : false;
      if (event.repeat) return;
      const act = actOf({ ...keyOf(event), typing }, labels);
      if (act === null) return;
      event.preventDefault();
      if (act === 'skip') labelling.skip();
      else if (act === 'undo') labelling.undo();
      else if (act === 'peek') setPeek((shown) => !shown);
      else if (act === 'note') noteRef.current?.focus();
      else labelling.label(act.label, note.trim());
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  return (
    <div className="sticky bottom-16 z-10 lg:top-4 lg:bottom-auto">
      <Card className="max-lg:border-line-strong max-lg:shadow-raised">
        <p className="mb-2 text-sm font-semibold">{values ? 'What is the value?' : 'What is it?'}</p>
        {values ? (
          <ValueForm onLabel={(value) => labelling.label(value, note.trim())} />
        ) : (
          <div className={`grid gap-2 ${labels.length > 4 ? 'grid-cols-2' : 'grid-cols-2 lg:grid-cols-1'}`}>
            {labels.map(({ label, key }) => (
              <button
                key={label}
                type="button"
                onClick={() => labelling.label(label, note.trim())}
                className="flex min-h-10 items-center gap-2.5 rounded-md border border-line-strong bg-surface px-3 py-1.5 text-left font-medium hover:border-accent/50 hover:bg-accent/8"
              >
                {key && <Key name={key} />}
                <span className="min-w-0 truncate" title={label}>
                  {label}
                </span>
              </button>
            ))}
          </div>
        )}
        <div className="mt-3 flex flex-wrap gap-2">
          <Button onClick={labelling.skip} className="flex-1">
            <Key name="S" /> Skip
          </Button>
          <Button onClick={labelling.undo} disabled={!labelling.canUndo} className="flex-1">
            <Key name="U" /> Undo
          </Button>
          <Button onClick={() => setPeek(!peek)} aria-pressed={peek} className="flex-1">
            <Key name="P" /> {peek ? 'Hide' : 'Answer'}
          </Button>
        </div>
        {peek && <Answer item={item} />}
        <label className="mt-3 hidden flex-col gap-1 lg:flex">
          <span className="flex items-center gap-1.5 text-xs text-muted">
            <Key name="N" /> Note (optional)
          </span>
          <textarea
            ref={noteRef}
            rows={2}
            maxLength={2000}
            value={note}
            onChange={(e) => setNote(e.target.value)}
            onKeyDown={(e) => e.key === 'Escape' && e.currentTarget.blur()}
            placeholder="Esc leaves the field"
            className="rounded-md border border-line-strong bg-bg px-2.5 py-1.5 text-sm outline-offset-1"
          />
        </label>
      </Card>
    </div>
  );
}

const keyOf = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) => ({ key, ctrlKey, metaKey, altKey });

const Key = ({ name }: { name: string }) => (
  <kbd className="inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded border border-line bg-sunken px-1 font-sans text-2xs font-medium text-muted uppercase">
    {name}
  </kbd>
);

function ValueForm({ onLabel }: { onLabel: (value: string) => void }) {
  const [typed, setTyped] = useState('');
  const text = typed.trim().replace(',', '.');
  const fits = text !== '' && Number.isFinite(Number(text));
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        if (fits) onLabel(text);
      }}
    >
      <div className="min-w-0 flex-1">
        <Field label="Value (Enter labels it)">
          <Input value={typed} onChange={setTyped} inputMode="decimal" invalid={typed !== '' && !fits} autoFocus />
        </Field>
      </div>
      <Button look="primary" type="submit" disabled={!fits}>
        Label
      </Button>
    </form>
  );
}

/** What the model said, and the outcome that the row had: for whoever asks. */
function Answer({ item: { answer, label_before } }: { item: ReviewItem }) {
  const said = answer.class ?? (answer.value === null ? null : number(answer.value, 4));
  return (
    <dl className="mt-3 grid grid-cols-2 gap-x-4 rounded-md bg-sunken px-3 py-2 text-sm" aria-live="polite">
      <dt className="text-xs text-faint">The model said</dt>
      <dt className="text-xs text-faint">Outcome so far</dt>
      <dd className="font-medium break-words">
        {said ?? 'nothing'}
        {answer.class !== null && answer.score !== null && (
          <span className="ml-1.5 inline-block text-xs font-normal text-muted">{fixed(answer.score, 3)}</span>
        )}
      </dd>
      <dd className="font-medium wrap-anywhere">{label_before ?? 'none'}</dd>
    </dl>
  );
}
