'use client';

import type { ModelView } from '@plumbline/contracts';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Select } from '@/components/Segmented';
import { useNow } from '@/components/Time';
import { date } from '@/lib/format';
import { compareParam, type Explore, parseCompare } from './search-params';

const DAY = 86_400_000;
type Range = { from: number; to: number };

/** What the groups are held against. Versions only where one was chosen, and another is there. */
export function CompareSelect({
  model,
  explore,
  range,
  onChange,
}: {
  model: ModelView;
  explore: Explore;
  range: Range;
  onChange: (param: string | null) => void;
}) {
  const now = useNow();
  const [choosing, setChoosing] = useState(false);
  const { compare, version } = explore;
  const others = version === undefined ? [] : model.versions.map((v) => v.version).filter((v) => v !== version);
  const param = compareParam(compare) ?? '';
  const days = (r: Range) => `${date(r.from, now, { timeZone: 'UTC' })} – ${date(r.to - 1, now, { timeZone: 'UTC' })}`;
  return (
    <>
      <Select
        label="Against"
        className="max-w-64"
        value={choosing ? '…' : param}
        options={[
          { value: '', label: 'nothing' },
          { value: 'before', label: `${days({ from: 2 * range.from - range.to, to: range.from })} (before)` },
          ...others.map((v) => ({ value: `version:${v}`, label: `version ${v || '(none)'}` })),
          ...(compare.kind === 'range' ? [{ value: param, label: days(compare) }] : []),
          ...(compare.kind === 'version' && !others.includes(compare.version)
            ? [{ value: param, label: `version ${compare.version}` }]
            : []),
          { value: '…', label: 'another range…' },
        ]}
        onChange={(value) => {
          setChoosing(value === '…');
          if (value !== '…') onChange(value || null);
        }}
      />
      {choosing && (
        <RangeForm
          range={range}
          onCancel={() => setChoosing(false)}
          onDone={(chosen) => {
            setChoosing(false);
            onChange(chosen);
          }}
        />
      )}
    </>
  );
}

function RangeForm({
  range,
  onDone,
  onCancel,
}: {
  range: Range;
  onDone: (param: string) => void;
  onCancel: () => void;
}) {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const [from, setFrom] = useState(day(2 * range.from - range.to));
  const [to, setTo] = useState(day(range.from - DAY));
  const end = Date.parse(to) + DAY;
  const param = `${from}~${Number.isFinite(end) ? day(end) : ''}`;
  const compare = parseCompare(param);
  const overlaps = compare.kind === 'range' && compare.from < range.to && range.from < compare.to;
  const box = 'h-8 rounded-md border border-line-strong bg-surface px-2 text-sm';
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        if (compare.kind === 'range' && !overlaps) onDone(param);
      }}
    >
      <input
        aria-label="First day (UTC)"
        type="date"
        value={from}
        onChange={(e) => setFrom(e.target.value)}
        className={box}
      />
      <span className="text-faint">–</span>
      <input
        aria-label="Last day (UTC)"
        type="date"
        value={to}
        onChange={(e) => setTo(e.target.value)}
        className={box}
      />
      <Button type="submit" look="primary" disabled={compare.kind !== 'range' || overlaps}>
        Compare
      </Button>
      <Button look="ghost" onClick={onCancel}>
        Cancel
      </Button>
      {overlaps && <span className="text-xs text-warning">The two ranges may not share a day.</span>}
    </form>
  );
}
