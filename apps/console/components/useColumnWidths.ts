'use client';

import { type CSSProperties, type KeyboardEvent, type PointerEvent, useState } from 'react';

const WIDTH_MIN = 48;
const STEP = 16;
const KEYS: Record<string, number> = { ArrowLeft: -STEP, ArrowRight: STEP };

/**
 * Widths that somebody gave to columns: by dragging the edge of a header, or Alt with the arrow keys on it; a double click gives the
 * width back. Columns without one are as wide as what they hold.
 */
export function useColumnWidths() {
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({});
  const set = (key: string, width: number | null) =>
    setWidths(({ [key]: _, ...others }) =>
      width === null ? others : { ...others, [key]: Math.max(WIDTH_MIN, width) },
    );
  const header = (element: Element) => element.closest('th')!.getBoundingClientRect().width;

  return {
    resized: (key: string) => widths[key] !== undefined,
    styleOf: (key: string): CSSProperties | undefined => {
      const width = widths[key];
      return width === undefined ? undefined : { width, minWidth: width, maxWidth: width };
    },
    /** For the handle at the right edge of a header. */
    handle: (key: string) => ({
      onPointerDown: (down: PointerEvent<HTMLElement>) => {
        const { currentTarget, clientX, pointerId } = down;
        const before = header(currentTarget);
        currentTarget.setPointerCapture(pointerId);
        currentTarget.onpointermove = (move) => set(key, before + move.clientX - clientX);
        currentTarget.onlostpointercapture = () => {
          currentTarget.onpointermove = null;
        };
      },
      onDoubleClick: () => set(key, null),
    }),
    /** For what has the focus in a header. */
    onKeyDown: (key: string) => (event: KeyboardEvent<HTMLElement>) => {
      const step = KEYS[event.key];
      if (!event.altKey || step === undefined) return;
      event.preventDefault();
      set(key, header(event.currentTarget) + step);
    },
  };
}
