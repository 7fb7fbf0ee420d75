'use client';

import { type ReactNode, useMemo } from 'react';
import { Button } from '@/components/Button';
import { Segmented } from '@/components/Segmented';
import { useNow } from '@/components/Time';
import { clock, date, dateTime, utc } from '@/lib/format';
import { isPreset, PRESETS, STEP, type Step } from '@/lib/range';
import type { ViewState } from './useView';

const LABEL = { '24h': '24 h', '7d': '7 d', '30d': '30 d', '90d': '90 d', all: 'All' } as const;

/** Which time, cut how finely. `children`: the other choices of the page. */
export function RangeBar({
  view,
  granular = true,
  unset = false,
  children,
}: {
  view: ViewState;
  granular?: boolean /** No range was chosen and the page shows its own. */;
  unset?: boolean;
  children?: ReactNode;
}) {
  const now = useNow();
  const absolute = !unset && !isPreset(view.range);
  const text = useMemo(() => spanText(view.from, view.to, now), [view.from, view.to, now]);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <Segmented
        label="Time range"
        options={PRESETS.map((p) => ({ value: p, label: LABEL[p] }))}
        value={!unset && isPreset(view.range) ? view.range.preset : null}
        onChange={(preset) => view.setRange({ preset })}
      />
      {absolute && (
        <span
          className="inline-flex h-8 items-center gap-1 rounded-md border border-accent/40 bg-accent/8 pl-2.5 text-sm font-medium text-accent"
          data-tip={`${utc(view.from)}\n${utc(view.to)}`}
        >
          {text}
          <Button
            look="ghost"
            icon="close"
            label="Back to the usual range"
            className="size-7! text-accent!"
            onClick={() => view.set({ from: null, to: null, range: null, granularity: null })}
          />
        </span>
      )}
      {granular && (
        <Segmented
          label="Granularity"
          options={(['auto', '1h', '1d', '7d'] as const).map((g) => ({
            value: g,
            label: g === 'auto' ? 'Auto' : g,
            tip: g === 'auto' ? `Windows of ${view.step}` : undefined,
            disabled: g !== 'auto' && (view.to - view.from) / STEP[g as Step] > 10_000,
          }))}
          value={view.granularity}
          onChange={view.setGranularity}
        />
      )}
      {children}
    </div>
  );
}

function spanText(from: number, to: number, now: number): string {
  const wholeDays = from % 86_400_000 === 0 && to % 86_400_000 === 0;
  if (wholeDays) {
    const [first, last] = [date(from, now, { timeZone: 'UTC' }), date(to - 1, now, { timeZone: 'UTC' })];
    return first === last ? first : `${first} – ${last}`;
  }
  return date(from, now) === date(to, now)
    ? `${dateTime(from, now)} – ${clock(to)}`
    : `${dateTime(from, now)} – ${dateTime(to, now)}`;
}
