'use client';

import type { FieldType, Filter, ValuesAnswer } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Combobox, type ComboOption } from '@/components/Combobox';
import { Icon } from '@/components/icons';
import { useNow } from '@/components/Time';
import { compact, number, percent, plural } from '@/lib/format';
import { queries } from '@/lib/queries';
import { iso } from '@/lib/time';
import type { Scope } from './FilterBar';
import { type Draft, takes, valueText } from './filter';

const DAY = 86_400_000;
const WITHOUT_RANGE_DAYS = 30;
/** How the missing value is named among texts. */
const MISSING = '\u0000missing';
const QUANTILES: [string, string][] = [
  ['0.05', '5th percentile'],
  ['0.25', '25th percentile'],
  ['0.5', 'median'],
  ['0.75', '75th percentile'],
  ['0.95', '95th percentile'],
];

/** The values of one condition, with what the rows hold as suggestions. */
export function ValuesField({
  scope,
  others,
  field,
  type,
  draft,
  onChange,
}: {
  scope: Scope;
  others: Filter[];
  field: string;
  type: FieldType;
  draft: Draft;
  onChange: (more: Partial<Draft>) => void;
}) {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const hour = Math.floor(useNow() / 3_600_000 + 1) * 3_600_000;
  const numeric = type === 'numeric';
  const asked = useQuery({
    ...queries.values(scope.model, {
      field,
      filters: others,
      from: iso(scope.from ?? hour - WITHOUT_RANGE_DAYS * DAY),
      to: iso(scope.to ?? hour),
      ...(scope.version === undefined ? {} : { version: scope.version }),
      ...(search && !numeric ? { search } : {}),
      limit: 50,
    }),
    enabled: field !== '',
  });
  const answer = asked.data?.field === field ? asked.data : undefined;
  const found = answer ? listed(answer) : [];
  const note = answer && noteOf(answer);
  if (takes(draft.op) === 'many') {
    const missing: ComboOption[] =
      answer && answer.missing > 0 && !search
        ? [
            {
              value: MISSING,
              label: 'missing',
              hint: hintOf(answer.missing, answer),
              share: answer.missing / answer.rows,
            },
          ]
        : [];
    const options = [...found, ...missing].filter((o) => !draft.values.includes(o.value === MISSING ? null : o.value));
    const typedIn = typed.trim();
    const own =
      typedIn && !found.some((o) => o.value === typedIn)
        ? [{ value: typedIn, label: `“${typedIn}”`, hint: 'as typed' }]
        : [];
    return (
      <Combobox
        stay
        label="Values"
        placeholder={draft.values.length === 0 ? 'Values…' : ''}
        autoFocus
        busy={asked.isFetching}
        className="w-full sm:w-80"
        value=""
        options={[...options, ...own]}
        onType={setTyped}
        onChange={(v) => v !== '' && onChange({ values: [...draft.values, v === MISSING ? null : v] })}
        onBackspace={() => onChange({ values: draft.values.slice(0, -1) })}
        note={note}
        before={draft.values.map((v) => (
          <span
            key={String(v)}
            className="inline-flex h-6 max-w-40 items-center gap-0.5 rounded bg-accent/12 pl-1.5 text-xs font-medium text-accent"
          >
            <span className="truncate">{valueText(v)}</span>
            <button
              type="button"
              aria-label={`Without ${valueText(v)}`}
              onClick={() => onChange({ values: draft.values.filter((other) => other !== v) })}
              className="flex size-5 items-center justify-center rounded hover:bg-accent/15"
            >
              <Icon name="close" size={11} />
            </button>
          </span>
        ))}
      />
    );
  }
  const numbers = numeric && draft.op !== 'eq' && draft.op !== 'ne';
  const options = numbers && answer?.numbers ? steps(answer) : found;
  const one = (key: 'value' | 'high', label: string, autoFocus: boolean) => (
    <Combobox
      free
      label={label}
      placeholder={label}
      autoFocus={autoFocus}
      busy={asked.isFetching}
      className={numbers ? 'w-full min-w-28 flex-1 sm:w-36 sm:flex-none' : 'w-full sm:w-64'}
      inputMode={numeric ? 'decimal' : undefined}
      value={draft[key]}
      options={options}
      onType={setTyped}
      onChange={(v) => onChange({ [key]: v })}
      note={note}
    />
  );
  return draft.op === 'between' ? (
    <>
      {one('value', 'from', true)}
      {one('high', 'to below', false)}
    </>
  ) : (
    one('value', 'Value', true)
  );
}

const hintOf = (count: number, { rows }: ValuesAnswer) =>
  `${compact(count)} · ${percent(rows > 0 ? count / rows : null)}`;
const listed = (a: ValuesAnswer): ComboOption[] =>
  a.values.map((v) => ({ value: v.value, label: valueText(v.value), hint: hintOf(v.count, a), share: v.share }));

/** Of numbers with many values: where they lie. */
function steps({ numbers }: ValuesAnswer): ComboOption[] {
  const { min, max, quantiles } = numbers!;
  const all: [number | null | undefined, string][] = [
    [min, 'least'],
    ...QUANTILES.map(([p, hint]): [number | undefined, string] => [quantiles[p], hint]),
    [max, 'largest'],
  ];
  const seen = new Set<string>();
  return all.flatMap(([v, hint]) => {
    if (v === null || v === undefined) return [];
    const value = String(Number(v.toPrecision(4)));
    if (seen.has(value)) return [];
    seen.add(value);
    return [{ value, label: number(Number(value), 6), hint }];
  });
}

function noteOf(a: ValuesAnswer): string {
  const more = a.distinct > a.values.length ? ` of ${compact(a.distinct)}` : '';
  const missing = a.missing > 0 ? `, missing in ${percent(a.missing / a.rows)}` : '';
  const sampled = a.sampled > 1 ? `; one row in ${a.sampled} was counted` : '';
  if (a.rows === 0) return 'No row in this range.';
  return a.numbers && a.distinct > a.values.length
    ? `${compact(a.distinct)} different values${missing}${sampled}`
    : `${plural(a.values.length, 'value')}${more}${missing}${sampled}`;
}
