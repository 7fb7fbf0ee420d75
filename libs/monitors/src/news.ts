/** While a monitor fires: how many windows in a row something new was bad, or an incident of it good; by name, with the last window's end. */
export type News = Record<string, { count: number; end: number }>;
export type Known = { id: string; open: boolean; subjects: readonly string[] };

/** A monitor that fires already says something new when it was seen twice at least. */
const SEEN_MIN = 2;
const NAMES_MAX = 200;
const BAD = 'bad:';
const OK = 'ok:';

/**
 * Pure: what a monitor that fires on has to say. `ripe`: subjects that turned bad since and that no incident of it knows, bad for
 * `forCount` windows in a row; `over`: its open incidents of which nothing is bad any more, for `resolveFor` windows in a row.
 */
export function newsStep(
  before: News,
  bad: readonly string[],
  known: readonly Known[],
  windowEnd: number,
  { forCount, resolveFor }: { forCount: number; resolveFor: number },
): { news: News; ripe: string[]; over: string[] } {
  const told = new Set(known.flatMap((k) => k.subjects));
  const count = (name: string) => {
    const was = before[name];
    if (!was) return { count: 1, end: windowEnd };
    return windowEnd > was.end ? { count: was.count + 1, end: windowEnd } : was;
  };
  const fresh = bad.filter((s) => !told.has(s)).slice(0, NAMES_MAX);
  const quiet = known.filter((k) => k.open && !k.subjects.some((s) => bad.includes(s)));
  const names = [...fresh.map((s) => BAD + s), ...quiet.map((k) => OK + k.id)];
  const news = Object.fromEntries(names.map((name) => [name, count(name)]));
  const ripe = fresh.filter((s) => news[BAD + s]!.count >= Math.max(SEEN_MIN, forCount));
  const over = quiet.filter((k) => news[OK + k.id]!.count >= Math.max(SEEN_MIN, resolveFor)).map((k) => k.id);
  for (const name of [...ripe.map((s) => BAD + s), ...over.map((id) => OK + id)]) delete news[name];
  return { news, ripe, over };
}
