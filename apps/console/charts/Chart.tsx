'use client';

import type { EChartsCoreOption } from 'echarts/core';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Skeleton } from '@/components/States';
import type { ECharts } from './echarts';
import { readTokens, type Tokens } from './theme';

export type ChartProps = {
  /** Pure: tokens and width in, option out. Memoise it. */
  option: (tokens: Tokens, width: number) => EChartsCoreOption;
  height: number;
  /** What a screen reader is told instead of the picture. */
  label: string;
  /** The x values one can walk along with the arrow keys. */
  stops?: number[];
  /** Dragging across selects a span of x. */
  onRange?: (from: number, to: number) => void;
  /** A click (or Enter) at x, y of the first grid. */
  onPick?: (x: number, y: number) => void;
  /** x is time: the crosshair is shared with the other charts of the page that have it too. */
  overTime?: boolean;
  /** A click on something drawn that has a `key`, in charts without axes. */
  onItem?: (key: string) => void;
  /** Loads what else of the engine this chart is drawn with. */
  part?: () => Promise<unknown>;
  /** Where the selection is drawn, in pixels from the top and the bottom. */
  plot?: { top: number; bottom: number };
};

// The engine comes while the data do.
if (typeof window !== 'undefined') void import('./echarts');

const DRAG_MIN_PX = 6;

/** The one way to draw: loads the engine when needed, follows size and theme, and turns the pointer into ranges and picks. */
export function Chart({
  option,
  height,
  label,
  stops,
  onRange,
  onPick,
  overTime = false,
  onItem,
  part,
  plot = { top: 8, bottom: 28 },
}: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const [size, setSize] = useState(0);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [stop, setStop] = useState<number | null>(null);
  const theme = useThemeVersion();

  const more = useRef(part);
  useEffect(() => {
    const element = host.current!;
    let gone = false;
    void Promise.all([import('./echarts'), more.current?.()]).then(([{ init, TIME }]) => {
      if (gone) return;
      chart.current = init(element, null, { renderer: 'canvas' });
      if (overTime) chart.current.group = TIME;
      setSize(element.clientWidth);
    });
    const observer = new ResizeObserver(() => {
      chart.current?.resize();
      if (chart.current) setSize(element.clientWidth);
    });
    observer.observe(element);
    return () => {
      gone = true;
      observer.disconnect();
      chart.current?.dispose();
      chart.current = null;
    };
  }, [overTime]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's number stands for the tokens read here.
  useEffect(() => {
    if (!chart.current || size === 0) return;
    const tokens = readTokens(host.current!);
    chart.current.setOption(
      {
        animation: false,
        textStyle: { fontFamily: tokens.font },
        ...option(tokens, host.current!.clientWidth || size),
      },
      { notMerge: true },
    );
  }, [option, size, theme]);

  const item = useRef(onItem);
  item.current = onItem;
  useEffect(() => {
    if (size === 0) return;
    const click = (hit: { data?: unknown }) => {
      const key = (hit.data as { key?: unknown } | null)?.key;
      if (typeof key === 'string') item.current?.(key);
    };
    const drawn = chart.current;
    drawn?.on('click', click);
    return () => void drawn?.off('click', click);
  }, [size]);

  const at = (event: PointerEvent) => {
    const box = host.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const value = (x: number, y = plot.top + 1): [number, number] => {
    const found = chart.current?.convertFromPixel({ gridIndex: 0 }, [x, y]);
    return Array.isArray(found) ? [found[0]!, found[1]!] : [Number.NaN, Number.NaN];
  };
  const inPlot = (x: number, y: number) =>
    y >= plot.top &&
    y <= height - plot.bottom &&
    (chart.current?.containPixel({ gridIndex: 0 }, [x, plot.top + 2]) ?? false);

  const down = (event: PointerEvent) => {
    const { x, y } = at(event);
    if (event.button !== 0 || event.pointerType === 'touch' || (!onRange && !onPick) || !inPlot(x, y)) return;
    setDrag({ from: x, to: x });
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => drag && onRange && setDrag({ ...drag, to: at(event).x });
  const up = (event: PointerEvent) => {
    if (!drag) return;
    setDrag(null);
    const { y } = at(event);
    if (Math.abs(drag.to - drag.from) < DRAG_MIN_PX) onPick?.(...value(drag.from, y));
    else {
      const [a, b] = [value(drag.from)[0], value(drag.to)[0]];
      if (Number.isFinite(a) && Number.isFinite(b)) onRange?.(Math.min(a, b), Math.max(a, b));
    }
  };
  const key = (event: KeyboardEvent) => {
    if (!stops || stops.length === 0 || !chart.current) return;
    const last = stops.length - 1;
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      PageUp: -10,
      PageDown: 10,
      Home: -last,
      End: last,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(last, (stop ?? (step > 0 ? -1 : last + 1)) + step));
      setStop(next);
      const pixel = chart.current.convertToPixel({ gridIndex: 0 }, [stops[next]!, 0]);
      if (Array.isArray(pixel)) chart.current.dispatchAction({ type: 'showTip', x: pixel[0], y: plot.top + 12 });
    } else if (event.key === 'Enter' && stop !== null) onPick?.(stops[stop]!, 0);
    else if (event.key === 'Escape') chart.current.dispatchAction({ type: 'hideTip' });
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="relative select-none"
      style={{ height }}
      role="application"
      aria-label={label}
      aria-roledescription="chart"
      tabIndex={stops && stops.length > 0 ? 0 : undefined}
      onKeyDown={key}
      onBlur={() => chart.current?.dispatchAction({ type: 'hideTip' })}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={() => setDrag(null)}
    >
      <div
        ref={host}
        className={`size-full ${onRange ? '[&_canvas]:cursor-crosshair' : onPick ? '[&_canvas]:cursor-pointer' : ''}`}
        aria-hidden="true"
      />
      {size === 0 && <Skeleton className="absolute inset-2" />}
      {drag && Math.abs(drag.to - drag.from) >= DRAG_MIN_PX && (
        <div
          className="pointer-events-none absolute border-x border-accent bg-accent/15"
          style={{
            left: Math.min(drag.from, drag.to),
            width: Math.abs(drag.to - drag.from),
            top: plot.top,
            bottom: plot.bottom,
          }}
        />
      )}
    </div>
  );
}

let version = 0;
function useThemeVersion(): number {
  return useSyncExternalStore(
    (listener) => {
      const changed = () => {
        version++;
        listener();
      };
      const observer = new MutationObserver(changed);
      observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
      const media = matchMedia('(prefers-color-scheme: dark)');
      media.addEventListener('change', changed);
      return () => {
        observer.disconnect();
        media.removeEventListener('change', changed);
      };
    },
    () => version,
    () => 0,
  );
}
