import type { MonitorsHistory } from '@plumbline/contracts';
import { plural } from '@/lib/format';

export type Day = MonitorsHistory['items'][number]['days'][number];
const DAY_MS = 86_400_000;
const DATE = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** One bar a day, oldest left; its height, not only its colour, says what the looks of that day concluded. */
export function DailyVerdicts({ days, fromMs, count }: { days: readonly Day[]; fromMs: number; count: number }) {
  const byStart = new Map(days.map((d) => [Date.parse(d.start), d]));
  const all = Array.from({ length: count }, (_, i) => fromMs + i * DAY_MS);
  const bad = days.filter((d) => d.bad > 0).length;
  return (
    <span
      role="img"
      aria-label={bad === 0 ? `Never bad in ${count} days` : `Bad on ${plural(bad, 'day')} of ${count}`}
      className="flex h-5 w-24 items-end gap-px"
    >
      {all.map((start) => {
        const day = byStart.get(start);
        return (
          <span key={start} data-tip={`${DATE.format(start)}: ${textOf(day)}`} className="flex h-full flex-1 items-end">
            <span className={`w-full rounded-t-[1px] ${barOf(day)}`} />
          </span>
        );
      })}
    </span>
  );
}

export const textOf = (day: Day | undefined): string => {
  if (!day || day.looks === 0) return 'no look';
  const looks = plural(day.looks, 'look');
  if (day.bad > 0) return `${day.bad} of ${looks} bad`;
  return day.no_data === day.looks ? `${looks}, no data` : `${looks}, well`;
};

const barOf = (day: Day | undefined): string => {
  if (!day || day.looks === 0) return 'h-px bg-line';
  if (day.bad > 0) return 'h-full bg-critical';
  return day.no_data === day.looks ? 'h-1/5 bg-line-strong' : 'h-2/5 bg-ok/60';
};
