import type { MonitorBody } from '@plumbline/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  ApiError,
  type AttributionQuestion,
  api,
  type ChecksQuestion,
  type CompareQuestion,
  type CurvesQuestion,
  type DriftQuestion,
  type EventsQuestion,
  type ExploreQuestion,
  type PerformanceQuestion,
  type ProfileQuestion,
  type SlicesQuestion,
  type ValuesQuestion,
} from './api';

const UNDER_WAY_MS = 700;
const isUnderWay = ({ state }: { state: string }): boolean => state === 'queued' || state === 'running';

/**
 * Every question the console asks, with its cache key. Keys start with what a live event names (`model`, M), so that
 * one event invalidates exactly what it touched.
 */
export const queries = {
  session: () =>
    queryOptions({ queryKey: ['session'], queryFn: ({ signal }) => api.session(signal), staleTime: 300_000 }),
  overview: () => queryOptions({ queryKey: ['overview', 'windows'], queryFn: ({ signal }) => api.overview(signal) }),
  /** Their names and how they are, for lists to choose from. */
  models: () => queryOptions({ queryKey: ['overview', 'models'], queryFn: ({ signal }) => api.models(signal) }),

  model: (model: string) =>
    queryOptions({ queryKey: ['model', model, 'facts'], queryFn: ({ signal }) => api.model(model, signal) }),
  references: (model: string) =>
    queryOptions({
      queryKey: ['references', model],
      queryFn: ({ signal }) => api.references(model, signal),
      staleTime: 300_000,
    }),
  annotations: (model: string) =>
    queryOptions({
      queryKey: ['annotations', model],
      queryFn: ({ signal }) => orNothing(api.annotations(model, signal)),
      staleTime: 60_000,
    }),
  performance: (model: string, question: PerformanceQuestion) =>
    queryOptions({
      queryKey: ['model', model, 'performance', question],
      queryFn: ({ signal }) => api.performance(model, question, signal),
      placeholderData: keepPreviousData,
    }),
  drift: (model: string, question: DriftQuestion) =>
    queryOptions({
      queryKey: ['model', model, 'drift', question],
      queryFn: ({ signal }) => api.drift(model, question, signal),
      placeholderData: keepPreviousData,
    }),
  profile: (model: string, question: ProfileQuestion) =>
    queryOptions({
      queryKey: ['model', model, 'profile', question],
      queryFn: ({ signal }) => api.profile(model, question, signal),
    }),
  checks: (model: string, question: ChecksQuestion) =>
    queryOptions({
      queryKey: ['model', model, 'checks', question],
      queryFn: ({ signal }) => api.checks(model, question, signal),
      placeholderData: keepPreviousData,
    }),
  contract: (model: string) =>
    queryOptions({ queryKey: ['model', model, 'contract'], queryFn: ({ signal }) => api.contract(model, signal) }),
  curves: (model: string, question: CurvesQuestion) =>
    queryOptions({
      queryKey: ['model', model, 'curves', question],
      queryFn: ({ signal }) => api.curves(model, question, signal),
      placeholderData: keepPreviousData,
    }),
  compare: (model: string, question: CompareQuestion) =>
    queryOptions({
      queryKey: ['model', model, 'compare', question],
      queryFn: ({ signal }) => api.compare(model, question, signal),
      placeholderData: keepPreviousData,
    }),
  /** Not under `model`: how long labels take does not change with each of them. */
  delays: (model: string) =>
    queryOptions({
      queryKey: ['late', model, 'delays'],
      queryFn: ({ signal }) => api.delays(model, signal),
      staleTime: 60_000,
    }),
  estimates: (model: string) =>
    queryOptions({
      queryKey: ['late', model, 'estimates'],
      queryFn: ({ signal }) => api.estimates(model, signal),
      staleTime: 60_000,
    }),
  windowHistory: (model: string, start: string) =>
    queryOptions({
      queryKey: ['late', model, 'history', start],
      queryFn: ({ signal }) => api.windowHistory(model, start, signal),
      placeholderData: keepPreviousData,
      staleTime: 60_000,
    }),
  /** Not under `model`: rows that someone is reading do not move under their eyes. */
  rows: (model: string, question: EventsQuestion) =>
    infiniteQueryOptions({
      queryKey: ['rows', model, question],
      queryFn: ({ signal, pageParam }) =>
        api.rows(model, { ...question, ...(pageParam ? { cursor: pageParam } : {}) }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
      staleTime: Number.POSITIVE_INFINITY,
    }),

  /** Asked again while something is being written. */
  exports: (model?: string) =>
    infiniteQueryOptions({
      queryKey: ['exports', 'list', model ?? ''],
      queryFn: ({ signal, pageParam }) => api.exports({ model, cursor: pageParam, limit: 50 }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ items }) => items.some(isUnderWay)) ? UNDER_WAY_MS : false,
    }),
  export: (id: string) =>
    queryOptions({
      queryKey: ['exports', id],
      queryFn: ({ signal }) => api.export(id, signal),
      refetchInterval: ({ state }) => (!state.data || isUnderWay(state.data) ? UNDER_WAY_MS : false),
    }),
  reviews: (filter: { state?: string; model?: string }) =>
    infiniteQueryOptions({
      queryKey: ['reviews', 'list', filter],
      queryFn: ({ signal, pageParam }) => api.reviews({ ...filter, cursor: pageParam, limit: 50 }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  review: (id: string) =>
    queryOptions({ queryKey: ['reviews', id, 'facts'], queryFn: ({ signal }) => api.review(id, signal) }),
  reviewItems: (id: string, state?: string) =>
    infiniteQueryOptions({
      queryKey: ['reviews', id, 'items', state ?? ''],
      queryFn: ({ signal, pageParam }) => api.reviewItems(id, { state, cursor: pageParam, limit: 1000 }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  /** Not under `model` either, all three: an answer that someone reads stays until they ask again. */
  fields: (model: string) =>
    queryOptions({
      queryKey: ['fields', model],
      queryFn: ({ signal }) => api.fields(model, signal),
      staleTime: 300_000,
    }),
  values: (model: string, question: ValuesQuestion) =>
    queryOptions({
      queryKey: ['values', model, question],
      queryFn: ({ signal }) => api.values(model, question, signal),
      placeholderData: keepPreviousData,
      staleTime: 300_000,
    }),
  explore: (model: string, question: ExploreQuestion) =>
    queryOptions({
      queryKey: ['explore', model, question],
      queryFn: ({ signal }) => api.explore(model, question, signal),
      placeholderData: keepPreviousData,
      staleTime: 300_000,
    }),
  attribution: (model: string, question: AttributionQuestion) =>
    queryOptions({
      queryKey: ['attribution', model, question],
      queryFn: ({ signal }) => api.attribution(model, question, signal),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    }),
  foundSlices: (model: string, kind: 'window' | 'monitor') =>
    infiniteQueryOptions({
      queryKey: ['model', model, 'foundSlices', kind],
      queryFn: ({ signal, pageParam }) => api.foundSlices(model, kind, pageParam, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
      staleTime: 60_000,
    }),
  slices: (model: string, question: SlicesQuestion) =>
    queryOptions({
      queryKey: ['slices', model, question],
      queryFn: ({ signal }) => api.slices(model, question, signal),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    }),
  views: () => queryOptions({ queryKey: ['views'], queryFn: ({ signal }) => api.views(signal), staleTime: 60_000 }),

  openIncidents: (model?: string) =>
    queryOptions({
      queryKey: ['incidents', 'open', model ?? ''],
      queryFn: ({ signal }) => api.openIncidents(model, signal),
    }),
  modelIncidents: (model: string) =>
    queryOptions({
      queryKey: ['incidents', 'of', model],
      queryFn: ({ signal }) => api.incidents({ model, limit: 200 }, signal),
    }),
  incidents: (filter: { state?: string; model?: string }) =>
    infiniteQueryOptions({
      queryKey: ['incidents', 'list', filter],
      queryFn: ({ signal, pageParam }) => api.incidents({ ...filter, cursor: pageParam, limit: 50 }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  incident: (id: string) =>
    queryOptions({ queryKey: ['incident', id], queryFn: ({ signal }) => api.incident(id, signal) }),

  undelivered: () =>
    queryOptions({ queryKey: ['incidents', 'undelivered'], queryFn: ({ signal }) => api.undelivered(signal) }),
  mutes: () => queryOptions({ queryKey: ['mutes'], queryFn: ({ signal }) => api.mutes(signal) }),

  quarantine: (params: Record<string, string | undefined>) =>
    infiniteQueryOptions({
      queryKey: ['quarantine', params],
      queryFn: ({ signal, pageParam }) => api.quarantine({ ...params, cursor: pageParam, limit: 50 }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
      placeholderData: keepPreviousData,
    }),

  monitors: () => queryOptions({ queryKey: ['monitors'], queryFn: ({ signal }) => api.monitors(signal) }),
  monitorsHistory: (days: number) =>
    queryOptions({
      queryKey: ['monitors', 'history', days],
      queryFn: ({ signal }) => api.monitorsHistory(days, signal),
      staleTime: 60_000,
    }),
  monitor: (id: string) =>
    queryOptions({ queryKey: ['monitors', id], queryFn: ({ signal }) => api.monitor(id, signal) }),
  diagnosis: (id: string) =>
    queryOptions({
      queryKey: ['monitors', id, 'diagnosis'],
      queryFn: ({ signal }) => api.diagnosis(id, signal),
      staleTime: 60_000,
    }),
  /** The history of a rule does not change while one looks at it. */
  backtest: (monitor: MonitorBody, days: number, toMs: number, labels: 'then' | 'now') =>
    queryOptions({
      queryKey: ['backtest', monitor, days, toMs, labels],
      queryFn: ({ signal }) =>
        api.backtest(
          {
            monitor,
            from: new Date(toMs - days * 86_400_000).toISOString(),
            to: new Date(toMs).toISOString(),
            labels,
          },
          signal,
        ),
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    }),
  channels: () => queryOptions({ queryKey: ['channels'], queryFn: ({ signal }) => api.channels(signal) }),
  evaluations: (id: string) =>
    infiniteQueryOptions({
      queryKey: ['monitors', id, 'evaluations'],
      queryFn: ({ signal, pageParam }) => api.evaluations(id, { limit: 200, cursor: pageParam }, signal),
      initialPageParam: '',
      getNextPageParam: (last) => last.next_cursor ?? undefined,
    }),
};

/** Marks on a chart are extra: without them the chart still answers its question. */
async function orNothing<T>(page: Promise<{ items: T[]; next_cursor: string | null }>) {
  try {
    return await page;
  } catch (error) {
    if (error instanceof ApiError && [404, 405].includes(error.status)) return { items: [], next_cursor: null };
    throw error;
  }
}
