import { percent } from '@/lib/format';
import type { Bin, Distribution as Prepared } from './distribution.prepare';

/** The window laid over the reference, bin by bin. Few bars, so plain elements: each tells its numbers on hover and to a reader. */
export function Distribution({ data }: { data: Prepared }) {
  const most = Math.max(...data.bins.flatMap((b) => [b.reference ?? 0, b.current ?? 0]), 1e-9);
  return data.kind === 'numeric' ? (
    <Columns bins={data.bins} most={most} />
  ) : (
    <Bars bins={data.bins} most={most} hidden={data.hidden} />
  );
}

const text = (b: Bin) => `${b.label}\nwindow ${percent(b.current)}, reference ${percent(b.reference)}`;

function Columns({ bins, most }: { bins: Bin[]; most: number }) {
  const every = Math.max(1, Math.ceil(bins.length / 6));
  return (
    <div role="img" aria-label={bins.map(text).join('; ')} className="pt-2">
      <div className="relative flex h-40 items-end gap-px border-b border-line-strong">
        <span className="absolute -top-2 right-0 text-2xs text-faint">{percent(most)}</span>
        <span className="absolute inset-x-0 top-0 border-t border-dashed border-line" />
        {bins.map((b) => (
          <div key={b.label} data-tip={text(b)} className="relative h-full min-w-0 flex-1 hover:bg-shade">
            <div
              className="absolute inset-x-0 bottom-0 bg-reference/35"
              style={{ height: `${((b.reference ?? 0) / most) * 100}%` }}
            />
            <div
              className="absolute inset-x-[18%] bottom-0 rounded-t-[1px] bg-accent/75"
              style={{ height: `${((b.current ?? 0) / most) * 100}%` }}
            />
          </div>
        ))}
      </div>
      <div className="flex gap-px" aria-hidden="true">
        {bins.map((b, i) => (
          <span key={b.label} className="min-w-0 flex-1 overflow-visible pt-1 text-2xs whitespace-nowrap text-faint">
            {i % every === 0 ? b.short : ''}
          </span>
        ))}
      </div>
    </div>
  );
}

function Bars({ bins, most, hidden }: { bins: Bin[]; most: number; hidden: number }) {
  return (
    <ul className="flex flex-col gap-1.5 pt-2">
      {bins.map((b) => (
        <li
          key={b.label}
          data-tip={text(b)}
          className="grid grid-cols-[minmax(0,9rem)_minmax(0,1fr)_3.5rem] items-center gap-3"
        >
          <span className="flex min-w-0 items-center gap-1.5 text-xs">
            <span className="truncate">{b.label}</span>
            {b.fresh && (
              <span className="shrink-0 rounded border border-warning/30 px-1 text-2xs text-warning">new</span>
            )}
          </span>
          <span className="relative h-4">
            <span
              className="absolute inset-y-0 left-0 rounded-r-sm bg-reference/35"
              style={{ width: `${((b.reference ?? 0) / most) * 100}%` }}
            />
            <span
              className="absolute inset-y-1 left-0 rounded-r-[1px] bg-accent/75"
              style={{ width: `${((b.current ?? 0) / most) * 100}%` }}
            />
          </span>
          <span className="text-right text-xs">{percent(b.current)}</span>
        </li>
      ))}
      {hidden > 0 && <li className="text-xs text-faint">and {hidden} smaller ones</li>}
    </ul>
  );
}
