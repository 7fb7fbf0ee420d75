import type { ExploreAnswer, Filter } from '@plumbline/contracts';
import type { ReactNode } from 'react';
import { BAR_PX } from '@/charts/bars.option';
import { barText, verdictText } from '@/charts/groups.look';
import { type Bar, type Groups, groupText } from '@/charts/groups.prepare';
import { compact, percent, plural } from '@/lib/format';

const MARK: Record<Bar['verdict'], { sign: string; tone: string }> = {
  worse: { sign: '▼', tone: 'text-critical' },
  better: { sign: '▲', tone: 'text-accent' },
  different: { sign: '◆', tone: 'text-note' },
  same: { sign: '', tone: '' },
  unknown: { sign: '', tone: 'text-faint' },
};

/** Names left of the bars (buttons, so that every group opens by keyboard), numbers right of them, all on the same lines. */
export function GroupRows({
  answer,
  groups,
  onDrill,
  children,
}: {
  answer: ExploreAnswer;
  groups: Groups;
  onDrill: (filters: Filter[]) => void;
  children: ReactNode;
}) {
  const most = Math.max(...groups.bars.map((b) => b.group.predictions), 1);
  const row = { height: BAR_PX };
  return (
    <div className="flex pt-2 pb-2 pl-3">
      <ul className="w-28 shrink-0 sm:w-52">
        {groups.bars.map((b) => (
          <li key={b.key}>
            <button
              type="button"
              style={row}
              onClick={() => onDrill(b.group.filters)}
              title={groupText(b.group)}
              aria-label={`${groupText(b.group)}: ${barText(answer.metric, b, groups.comparing)}, ${verdictText(b, groups.comparing)}, ${plural(b.group.predictions, 'prediction')}. Go into it.`}
              className={`flex w-full items-center gap-1.5 rounded px-1.5 text-left text-sm hover:bg-hover ${b.uncertain ? 'text-muted' : ''}`}
            >
              <span aria-hidden="true" className={`w-2.5 shrink-0 text-[0.55rem] ${MARK[b.verdict].tone}`}>
                {MARK[b.verdict].sign}
              </span>
              <span className="truncate">{b.labels.join(' · ')}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="min-w-0 flex-1">{children}</div>
      <ul aria-hidden="true" className="w-16 shrink-0 pr-3 text-right text-sm sm:w-60">
        {groups.bars.map((b) => (
          <li key={b.key} style={row} className="flex items-center justify-end gap-3">
            <span className={`sm:w-20 ${b.uncertain ? 'text-faint' : `font-medium ${MARK[b.verdict].tone}`}`}>
              {barText(answer.metric, b, groups.comparing)}
            </span>
            <span className="hidden w-16 text-xs text-muted sm:block">
              {b.uncertain ? `only ${b.group.labelled || b.group.predictions}` : compact(b.group.predictions)}
            </span>
            <span
              className="hidden h-1.5 w-16 rounded-full bg-shade sm:block"
              data-tip={`${percent(b.group.share)} of the predictions`}
            >
              <span
                className="block h-full rounded-full bg-muted/50"
                style={{ width: `${(b.group.predictions / most) * 100}%` }}
              />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
