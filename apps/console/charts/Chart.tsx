'use client';

import type { EChartsCoreOption } from 'echarts/core';
import {
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { Skeleton } from '@/components/States';
import type { ECharts } from './echarts';
import { readTokens, type Tokens } from './theme';
import { inTurn, leaveTurn } from './turn';

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
  plot = { top: 8, bottom: 28 },
}: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const [engine, setEngine] = useState<typeof import('./echarts') | null>(null);
  const [width, setWidth] = useState(0);
  const [drawn, setDrawn] = useState(false);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [stop, setStop] = useState<number | null>(null);
  const theme = useThemeVersion();

  useEffect(() => {
    let gone = false;
    void import('./echarts').then((loaded) => gone || setEngine(loaded));
    const element = host.current!;
    const observer = new ResizeObserver(() => {
      chart.current?.resize();
      setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => {
      gone = true;
      observer.disconnect();
      leaveTurn(element);
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's number stands for the tokens read here.
  useLayoutEffect(() => {
    if (!engine || width === 0) return;
    const element = host.current!;
    element.ariaBusy = 'true';
    inTurn(element, () => {
      chart.current ??= engine.init(element, null, { renderer: 'canvas' });
      if (overTime) chart.current.group = engine.TIME;
      const tokens = readTokens(element);
      chart.current.setOption(
        { animation: false, textStyle: { fontFamily: tokens.font }, ...option(tokens, width) },
        { notMerge: true },
      );
      element.ariaBusy = null;
      setDrawn(true);
    });
  }, [engine, option, width, theme, overTime]);

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
      {!drawn && <Skeleton className="absolute inset-2" />}
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
