/**
 * When too many problems come at once nobody reads the messages: after {@link PAGES_MAX} in {@link WINDOW_MS} a channel gets
 * one message that lists the rest and is brought up to date. Pure.
 */
export const PAGES_MAX = 10;
export const WINDOW_MS = 5 * 60_000;
/** Between two states of the message: with the ten pages at most 17 messages in five minutes. */
const UPDATE_EVERY_MS = 45_000;
/** How often it is looked whether all of a storm is over. */
const LOOK_EVERY_MS = 30_000;

export type OutboxEvent = 'open' | 'update' | 'escalate' | 'acknowledge' | 'resolve';
/** What asks for attention; acknowledging and resolving only end what was told. */
export const PAGES = ['open', 'update', 'escalate'] as const satisfies readonly OutboxEvent[];
export const isPage = (event: OutboxEvent): boolean => (PAGES as readonly string[]).includes(event);

/** How many of the waiting pages are told by themselves; the others go into the storm. */
export const admitted = (waiting: number, recentPages: number, collecting: boolean): number =>
  collecting ? 0 : Math.min(waiting, Math.max(0, PAGES_MAX - recentPages));

/** Whether a storm takes no more problems in: none came for the whole window. */
export const isSettled = (lastPageAtMs: number, nowMs: number): boolean => nowMs - lastPageAtMs >= WINDOW_MS;

export type StormState = {
  state: 'collecting' | 'settled';
  lastPageAtMs: number;
  sentAtMs: number | null;
  /** Problems in it that no delivered message names. */
  unnamed: number;
  /** Others that were acknowledged or resolved since they were told. */
  changed: number;
  /** Problems in it that are not resolved. */
  unresolved: number;
  /** Whether what was told can be changed without telling anybody anew. */
  silent: boolean;
};
export type StormTurn = { state: 'collecting' | 'settled' | 'resolved'; send: boolean; dueAtMs: number | null };

/** What to do about a storm now, and when to look again. */
export function stormTurn(s: StormState, nowMs: number): StormTurn {
  const state = s.state === 'collecting' && isSettled(s.lastPageAtMs, nowMs) ? 'settled' : s.state;
  const over = state === 'settled' && s.unresolved === 0 && s.unnamed === 0;
  if (over) return { state: 'resolved', send: true, dueAtMs: null };
  const restedAtMs = s.sentAtMs === null ? nowMs : s.sentAtMs + UPDATE_EVERY_MS;
  const news = s.unnamed > 0 || (s.changed > 0 && (s.silent || state === 'settled'));
  const settlesAtMs = state === 'collecting' ? s.lastPageAtMs + WINDOW_MS : Number.POSITIVE_INFINITY;
  const lookAtMs = news && restedAtMs > nowMs ? restedAtMs : nowMs + LOOK_EVERY_MS;
  return { state, send: news && restedAtMs <= nowMs, dueAtMs: Math.max(nowMs + 1, Math.min(lookAtMs, settlesAtMs)) };
}

/** When a problem that just joined it is told. */
export const afterJoined = (sentAtMs: number | null, nowMs: number): number =>
  sentAtMs === null ? nowMs : Math.max(nowMs, sentAtMs + UPDATE_EVERY_MS);
