import type { Evidence } from '@plumbline/contracts';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { group, number, percent } from '@/lib/format';
import { explainedBlock, type SliceBar, type SliceBlock } from './explained';
import { rowsLink } from './rows-link';
import { fieldLabel } from './suspects';

const KINDS_MAX = 3;
const SLICES_MAX = 6;

/** Where it concentrates: the slice's error against everything else's, and how much of the excess it carries; one block per kind of error. */
export function SliceBars({ model, evidence: e }: { model: string; evidence: Evidence }) {
  const searched = explainedBlock(model, e);
  const blocks = searched ? [searched] : singleFields(model, e);
  if (blocks.length === 0) return null;
  return (
    <div className="mt-3 flex flex-col gap-2 border-t border-line px-4 pt-2.5 pb-1">
      {blocks.map((block) => (
        <Block key={block.what} block={block} />
      ))}
    </div>
  );
}

/** Without a search: the single values in which it is most concentrated. */
function singleFields(model: string, e: Evidence): SliceBlock[] {
  const kinds = [...new Set(e.slices.map((s) => s.what))].slice(0, KINDS_MAX);
  return kinds.map((what) => ({
    what,
    excess: 'it',
    shares: /rate|share/.test(what),
    bars: e.slices
      .filter((s) => s.what === what)
      .sort((a, b) => b.explains - a.explains)
      .slice(0, SLICES_MAX)
      .map((s) => ({
        ...s,
        key: `${s.field}=${s.value}`,
        text: `${fieldLabel(s.field)} ${s.value === null ? 'is missing' : `= ${s.value}`}`,
        rows: rowsLink(model, e, s),
        watch: null,
      })),
  }));
}

function Block({ block: { what, excess, shares, bars } }: { block: SliceBlock }) {
  const most = Math.max(...bars.flatMap((s) => [s.error, s.rest]), 1e-12);
  const text = (v: number) => (shares ? percent(v) : number(v));
  return (
    <div>
      <p className="text-xs text-faint">
        Where it concentrates · {what} in the slice (<span className="text-critical">■</span>) and outside it (
        <span className="text-reference">■</span>)
      </p>
      <ul className="mt-1">
        {bars.map((bar) => (
          <li key={bar.key} className="flex items-center gap-1">
            <Row bar={bar} most={most} text={text} excess={excess} />
            {bar.watch && (
              <Link
                href={bar.watch}
                aria-label={`Watch ${bar.text} with a monitor`}
                data-tip="Watch this slice with a monitor of its own"
                className="-mr-2 rounded-md p-1.5 text-faint hover:bg-hover hover:text-text"
              >
                <Icon name="monitor" size={14} />
              </Link>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({
  bar: s,
  most,
  text,
  excess,
}: {
  bar: SliceBar;
  most: number;
  text: (v: number) => string;
  excess: string;
}) {
  return (
    <Link
      href={s.rows}
      data-tip={`${s.text}\n${group(s.n)} rows. Open them.`}
      className="-ml-2 grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 rounded-md px-2 py-1.5 hover:bg-hover sm:grid-cols-[minmax(0,12rem)_minmax(0,1fr)_4.5rem_6.5rem]"
    >
      <span className="line-clamp-2 font-mono text-xs wrap-anywhere">{s.text}</span>
      <span className="order-3 col-span-2 flex flex-col gap-1 sm:order-none sm:col-span-1">
        <Bar share={s.error / most} text={text(s.error)} strong />
        <Bar share={s.rest / most} text={text(s.rest)} />
      </span>
      <span className="hidden text-right text-xs text-muted sm:block">
        <span className="block font-medium text-text">{percent(s.share)}</span> of traffic
      </span>
      <span className="text-right text-xs text-muted">
        {s.explains === null ? (
          'no excess'
        ) : (
          <>
            <span className="font-semibold text-text sm:block">{percent(s.explains, 0)}</span> of {excess}
          </>
        )}
      </span>
    </Link>
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
