/** What waits to be drawn, in the order in which it was first asked for. */
const waiting = new Map<object, () => void>();
let drawing = false;

/**
 * Draws charts one by one, each in a frame of its own: the text of a page is seen first, and a click is heard between two of them.
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
  const [first] = waiting;
  if (!first) {
    drawing = false;
    return;
  }
  waiting.delete(first[0]);
  afterPaint(drawNext);
  first[1]();
}

/** Pages that nobody looks at are not painted. */
function afterPaint(next: () => void): void {
  if (document.hidden) setTimeout(next);
  else requestAnimationFrame(() => setTimeout(next));
}
