import type { Evidence } from '@plumbline/contracts';
import Link from 'next/link';
import { group, number, percent } from '@/lib/format';
import { rowsLink } from './rows-link';
import { fieldLabel } from './suspects';

/** Where it concentrates: the slice's error against everything else's, and how much of the excess it carries; one block per kind of error. */
export function SliceBars({ model, evidence: e }: { model: string; evidence: Evidence }) {
  const kinds = [...new Set(e.slices.map((s) => s.what))].slice(0, 3);
  return (
    <div className="mt-3 flex flex-col gap-2 border-t border-line px-4 pt-2.5 pb-1">
      {kinds.map((what) => (
        <Block key={what} model={model} evidence={e} what={what} />
      ))}
    </div>
  );
}

function Block({ model, evidence: e, what }: { model: string; evidence: Evidence; what: string }) {
  const slices = e.slices
    .filter((s) => s.what === what)
    .sort((a, b) => b.explains - a.explains)
    .slice(0, 6);
  const most = Math.max(...slices.flatMap((s) => [s.error, s.rest]), 1e-12);
  const text = (v: number) => (/rate|share/.test(what) ? percent(v) : number(v));
  return (
    <div>
      <p className="text-xs text-faint">
        Where it concentrates · {what} in the slice (<span className="text-critical">■</span>) and outside it (
        <span className="text-reference">■</span>)
      </p>
      <ul className="mt-1">
        {slices.map((s) => (
          <li key={`${s.field}=${s.value}`}>
            <Link
              href={rowsLink(model, e, s)}
              data-tip={`${group(s.n)} rows. Open them.`}
              className="-mx-2 grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 rounded-md px-2 py-1.5 hover:bg-hover sm:grid-cols-[minmax(0,12rem)_minmax(0,1fr)_6.5rem_6rem]"
            >
              <span className="truncate font-mono text-xs">
                {fieldLabel(s.field)} <span className="text-faint">=</span>{' '}
                {s.value ?? <em className="font-sans">missing</em>}
              </span>
              <span className="order-3 col-span-2 flex flex-col gap-1 sm:order-none sm:col-span-1">
                <Bar share={s.error / most} text={text(s.error)} strong />
                <Bar share={s.rest / most} text={text(s.rest)} />
              </span>
              <span className="hidden text-right text-xs whitespace-nowrap text-muted sm:block">
                {percent(s.share)} of rows
              </span>
              <span className="text-right text-xs whitespace-nowrap">
                explains <span className="font-semibold">{percent(s.explains, 0)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Bar({ share, text, strong = false }: { share: number; text: string; strong?: boolean }) {
  return (
    <span className="flex items-center gap-2">
      <span
        className={`h-2 min-w-0.5 rounded-r-sm ${strong ? 'bg-critical/75' : 'bg-reference/50'}`}
        style={{ width: `calc((100% - 4rem) * ${Math.max(0, Math.min(1, share))})` }}
      />
      <span className={`w-14 text-xs leading-none ${strong ? 'font-medium' : 'text-faint'}`}>{text}</span>
    </span>
  );
}
