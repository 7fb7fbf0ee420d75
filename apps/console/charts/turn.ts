/** What waits to be drawn, in the order in which it was first asked for. */
const waiting = new Map<object, () => void>();
let drawing = false;
/** What is drawn quickly is drawn together. */
const FRAME_MS = 12;

/**
 * Draws charts one after the other, few in a frame: the text of a page is seen first, and a click is heard between them.
 * Of one chart only what was asked for last is drawn.
 */
export function inTurn(chart: object, draw: () => void): void {
  waiting.set(chart, draw);
  if (drawing) return;
  drawing = true;
  afterPaint(drawNext);
}

export const leaveTurn = (chart: object): boolean => waiting.delete(chart);

function drawNext(): void {
  const until = performance.now() + FRAME_MS;
  for (const [chart, draw] of waiting) {
    waiting.delete(chart);
    draw();
    if (performance.now() > until) return afterPaint(drawNext);
  }
  drawing = false;
}

/** Pages that nobody looks at are not painted. */
function afterPaint(next: () => void): void {
  if (document.hidden) setTimeout(next);
  else requestAnimationFrame(() => setTimeout(next));
}
