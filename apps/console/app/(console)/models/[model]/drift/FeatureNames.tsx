import { GROUP_PX, ROW_PX } from '@/charts/heatmap.option';
import type { HeatRow } from '@/charts/heatmap.prepare';
import { number } from '@/lib/format';

/** The rows of the heatmap by name: real buttons, so that every row opens by keyboard; beside each how much the model relies on it. */
export function FeatureNames({
  rows,
  selected,
  onOpen,
}: {
  rows: HeatRow[];
  selected: string | null;
  onOpen: (name: string) => void;
}) {
  const most = Math.max(0, ...rows.map((r) => r.importance ?? 0));
  return (
    <ul className="w-32 shrink-0 pr-2 sm:w-60">
      {rows.map((row, i) => {
        const heading = row.kind === 'feature' ? 'Features' : 'Predictions';
        const before = rows[i - 1];
        const first = before === undefined || (before.kind === 'feature') !== (row.kind === 'feature');
        return (
          <li key={row.name}>
            {first && (
              <div style={{ height: GROUP_PX }} className="flex items-end justify-between pb-1 text-2xs text-faint">
                <span>{heading}</span>
                {row.kind === 'feature' && most > 0 && <span className="hidden sm:block">importance</span>}
              </div>
            )}
            <button
              type="button"
              aria-expanded={selected === row.name}
              onClick={() => onOpen(row.name)}
              style={{ height: ROW_PX }}
              className={`flex w-full items-center gap-2 rounded px-1.5 text-left text-sm hover:bg-hover ${selected === row.name ? 'bg-accent/10 text-accent' : ''}`}
              data-tip={[
                row.name,
                row.source && `from ${row.source}`,
                row.latest && `newest ${number(row.latest.value)}, threshold ${number(row.latest.threshold)}`,
              ]
                .filter(Boolean)
                .join('\n')}
            >
              <span
                aria-hidden="true"
                className={`w-2 shrink-0 text-[0.5rem] ${row.latest?.drifted ? 'text-critical' : 'text-transparent'}`}
              >
                ●
              </span>
              <span className={`min-w-0 flex-1 truncate ${row.latest?.drifted ? 'font-medium' : ''}`}>{row.name}</span>
              {row.latest?.drifted && <span className="sr-only">drifts</span>}
              {row.kind === 'feature' && most > 0 && (
                <span className="hidden h-1.5 w-14 shrink-0 rounded-full bg-shade sm:block">
                  <span
                    className="block h-full rounded-full bg-muted/60"
                    style={{ width: `${((row.importance ?? 0) / most) * 100}%` }}
                  />
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
