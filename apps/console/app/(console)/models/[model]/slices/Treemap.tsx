import type { ExploreAnswer, Filter } from '@plumbline/contracts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { barText, groupTipText, shadeCss } from '@/charts/groups.look';
import type { Groups } from '@/charts/groups.prepare';
import { prepareTreemap, type Tile } from '@/charts/treemap.prepare';
import { fieldLabel } from '@/filters/filter';
import { percent } from '@/lib/format';
import { metricLabel } from '@/lib/metrics';

const HEIGHT = 380;
/** What has room in a tile; the rest is said when one points at it. */
const NAME_MIN = { width: 34, height: 24 };
const VALUE_MIN = { width: 50, height: 42 };
const SHARE_MIN = { width: 50, height: 60 };

/** Groups as areas of their traffic, coloured by the metric; of two fields the second lies within the first. Each tile is a button. */
export function Treemap({
  answer,
  groups,
  onDrill,
}: {
  answer: ExploreAnswer;
  groups: Groups;
  onDrill: (filters: Filter[]) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(host.current!);
    return () => observer.disconnect();
  }, []);
  const { frames, tiles } = useMemo(() => prepareTreemap(groups.bars, width, HEIGHT), [groups.bars, width]);
  const fields = answer.by.map((b) => fieldLabel(b.field));
  return (
    <div className="p-3">
      <section
        ref={host}
        className="relative"
        style={{ height: HEIGHT }}
        aria-label={`${metricLabel(answer.metric)} by ${fields.join(' and ')}, areas are predictions`}
      >
        {frames.map((frame) => (
          <div
            key={frame.name}
            className="absolute truncate rounded-sm border border-line px-1.5 text-2xs leading-5 text-muted"
            style={placeOf(frame)}
          >
            {fields[0]} {frame.name}
          </div>
        ))}
        {tiles.map((tile) => (
          <TileButton
            key={tile.bar.key}
            tile={tile}
            value={barText(answer.metric, tile.bar, groups.comparing)}
            tip={groupTipText(tile.bar, answer, groups)}
            onDrill={onDrill}
          />
        ))}
      </section>
    </div>
  );
}

function TileButton({
  tile,
  value,
  tip,
  onDrill,
}: {
  tile: Tile;
  value: string;
  tip: string;
  onDrill: (filters: Filter[]) => void;
}) {
  const fits = (least: { width: number; height: number }) => tile.width >= least.width && tile.height >= least.height;
  const { bar } = tile;
  return (
    <button
      type="button"
      data-tip={tip}
      aria-label={`${tip.replaceAll('\n', ', ')}. Go into it`}
      onClick={() => onDrill(bar.group.filters)}
      className={`absolute flex flex-col items-start justify-start overflow-hidden rounded-sm px-1.5 py-1 text-left text-xs leading-snug hover:brightness-110 ${bar.uncertain ? 'border border-dashed border-line-strong' : ''}`}
      style={{ ...placeOf(tile), background: shadeCss(bar) }}
    >
      {fits(NAME_MIN) && <span className="max-w-full truncate font-semibold">{tile.name}</span>}
      {fits(VALUE_MIN) && <span className="max-w-full truncate tabular-nums">{value}</span>}
      {fits(SHARE_MIN) && (
        <span className="max-w-full truncate text-2xs text-muted tabular-nums">{percent(bar.group.share)}</span>
      )}
    </button>
  );
}

const placeOf = ({ left, top, width, height }: Pick<Tile, 'left' | 'top' | 'width' | 'height'>) => ({
  left,
  top,
  width,
  height,
});
