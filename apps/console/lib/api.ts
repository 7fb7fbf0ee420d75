import type {
  AnnotationView,
  AttributionAnswer,
  attributionQuestion,
  BacktestAnswer,
  ChannelView,
  CompareAnswer,
  ContractBody,
  CurvesAnswer,
  checksAnswer,
  checksQuestion,
  compareQuestion,
  contractView,
  curvesQuestion,
  DelaysAnswer,
  DeliveryListed,
  Diagnosis,
  DriftAnswer,
  driftQuestion,
  EstimatesAnswer,
  EvaluationView,
  EventRow,
  ExploreAnswer,
  ExportSummary,
  ExportView,
  eventsQuestion,
  exploreQuestion,
  exportQuestion,
  FieldView,
  IncidentSummary,
  IncidentView,
  IngestAnswer,
  ModelHealth,
  ModelSummary,
  ModelView,
  MonitorBody,
  MonitorsHistory,
  MonitorView,
  MuteView,
  muteBody,
  Page,
  PerformanceAnswer,
  ProfileAnswer,
  performanceQuestion,
  profileQuestion,
  QuarantinedEvent,
  ReferenceView,
  ReplayAnswer,
  ReviewItem,
  ReviewSummary,
  ReviewView,
  reviewQuestion,
  SessionView,
  SlicesAnswer,
  slicesQuestion,
  TrackedSlice,
  ValuesAnswer,
  ViewBody,
  ViewView,
  valuesQuestion,
  WindowThen,
} from '@plumbline/contracts';
import type { z } from 'zod';
import { ask } from './batch';
import { first, query } from './first';
import { ApiError, parse } from './problem';

export type Session = SessionView;
export type PerformanceQuestion = z.input<typeof performanceQuestion>;
export type DriftQuestion = z.input<typeof driftQuestion>;
export type ProfileQuestion = z.input<typeof profileQuestion>;
export type EventsQuestion = z.input<typeof eventsQuestion>;
export type ChecksQuestion = z.input<typeof checksQuestion>;
export type CurvesQuestion = z.input<typeof curvesQuestion>;
export type CompareQuestion = z.input<typeof compareQuestion>;
export type ExportQuestion = z.input<typeof exportQuestion>;
export type ReviewQuestion = z.input<typeof reviewQuestion>;
export type ExploreQuestion = z.input<typeof exploreQuestion>;
export type ValuesQuestion = z.input<typeof valuesQuestion>;
export type SlicesQuestion = z.input<typeof slicesQuestion>;
export type AttributionQuestion = z.input<typeof attributionQuestion>;
export type ChecksAnswer = z.infer<typeof checksAnswer>;
export type ContractView = z.infer<typeof contractView>;
export type MuteBody = z.input<typeof muteBody>;

export { ApiError } from './problem';

/** Same origin, cookie session, JSON both ways. What reads is asked together with the rest of the page. */
export async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw ApiError.unreachable();
  });
  if (!response.ok) throw await ApiError.of(response);
  return parse(await response.text()) as T;
}
export const get = <T>(path: string, signal: Signal) => ask({ method: 'GET', path }, signal) as Promise<T>;
const pose = <T>(path: string, body: unknown, signal: Signal) =>
  ask({ method: 'POST', path, body }, signal) as Promise<T>;

const of = (name: string) => encodeURIComponent(name);

type Signal = AbortSignal | undefined;
export const api = {
  session: (signal?: Signal) => get<Session>(first.session, signal),
  login: (body: { key: string } | { token: string } | { email: string; password: string }) =>
    send<unknown>('POST', '/session', body),
  logout: () => send<unknown>('DELETE', '/session'),

  overview: (signal?: Signal) => get<Page<ModelSummary>>(first.overview, signal),
  models: (signal?: Signal) => get<Page<ModelHealth>>(first.models, signal),
  model: (model: string, signal?: Signal) => get<ModelView>(first.model(model), signal),
  references: (model: string, signal?: Signal) => get<Page<ReferenceView>>(first.references(model), signal),
  annotations: (model: string, signal?: Signal) =>
    get<Page<AnnotationView>>(`/models/${of(model)}/annotations`, signal),
  performance: (model: string, question: PerformanceQuestion, signal?: Signal) =>
    pose<PerformanceAnswer>(`/models/${of(model)}/performance`, question, signal),
  drift: (model: string, question: DriftQuestion, signal?: Signal) =>
    pose<DriftAnswer>(`/models/${of(model)}/drift`, question, signal),
  profile: (model: string, question: ProfileQuestion, signal?: Signal) =>
    pose<ProfileAnswer>(`/models/${of(model)}/profile`, question, signal),
  checks: (model: string, question: ChecksQuestion, signal?: Signal) =>
    pose<ChecksAnswer>(`/models/${of(model)}/checks`, question, signal),
  contract: (model: string, signal?: Signal) => get<ContractView>(`/models/${of(model)}/contract`, signal),
  putContract: (model: string, body: ContractBody) => send<ContractView>('PUT', `/models/${of(model)}/contract`, body),
  curves: (model: string, question: CurvesQuestion, signal?: Signal) =>
    pose<CurvesAnswer>(`/models/${of(model)}/curves`, question, signal),
  compare: (model: string, question: CompareQuestion, signal?: Signal) =>
    pose<CompareAnswer>(`/models/${of(model)}/compare`, question, signal),
  delays: (model: string, signal?: Signal) => get<DelaysAnswer>(`/models/${of(model)}/delays`, signal),
  estimates: (model: string, signal?: Signal) =>
    get<EstimatesAnswer>(`/models/${of(model)}/estimates?limit=200`, signal),
  windowHistory: (model: string, start: string, signal?: Signal) =>
    get<Page<WindowThen>>(`/models/${of(model)}/windows/${of(start)}/history?limit=1000`, signal),
  rows: (model: string, question: EventsQuestion, signal?: Signal) =>
    pose<Page<EventRow>>(`/models/${of(model)}/events/search`, question, signal),

  exportRows: (model: string, question: ExportQuestion) =>
    send<ExportView & { export: string }>('POST', `/models/${of(model)}/exports`, question),
  exports: (params: { model?: string; cursor?: string; limit?: number }, signal?: Signal) =>
    get<Page<ExportSummary>>(`/exports${query(params)}`, signal),
  export: (id: string, signal?: Signal) => get<ExportView>(`/exports/${of(id)}`, signal),
  deleteExport: (id: string) => send<unknown>('DELETE', `/exports/${of(id)}`),

  createReview: (model: string, question: ReviewQuestion) =>
    send<ReviewView>('POST', `/models/${of(model)}/reviews`, question),
  reviews: (params: { model?: string; state?: string; cursor?: string; limit?: number }, signal?: Signal) =>
    get<Page<ReviewSummary>>(`/reviews${query(params)}`, signal),
  review: (id: string, signal?: Signal) => get<ReviewView>(`/reviews/${of(id)}`, signal),
  reviewItems: (id: string, params: { state?: string; cursor?: string; limit?: number }, signal?: Signal) =>
    get<Page<ReviewItem>>(`/reviews/${of(id)}/items${query({ ...params, rows: 'false' })}`, signal),
  claimItems: (id: string, size: number, claimant: string) =>
    send<{ items: ReviewItem[]; review: ReviewView }>('POST', `/reviews/${of(id)}/claim`, { size, claimant }),
  labelItem: (id: string, n: number, body: { label: string; note?: string; claimant: string }) =>
    send<ReviewItem>('POST', `/reviews/${of(id)}/items/${n}/label`, body),
  skipItem: (id: string, n: number, claimant: string) =>
    send<ReviewItem>('POST', `/reviews/${of(id)}/items/${n}/skip`, { claimant }),
  undoItem: (id: string, n: number, claimant?: string) =>
    send<ReviewItem>('POST', `/reviews/${of(id)}/items/${n}/undo`, { claimant }),
  closeReview: (id: string) => send<ReviewView>('POST', `/reviews/${of(id)}/close`, {}),
  fields: (model: string, signal?: Signal) => pose<Page<FieldView>>(`/models/${of(model)}/fields`, {}, signal),
  values: (model: string, question: ValuesQuestion, signal?: Signal) =>
    pose<ValuesAnswer>(`/models/${of(model)}/values`, question, signal),
  explore: (model: string, question: ExploreQuestion, signal?: Signal) =>
    pose<ExploreAnswer>(`/models/${of(model)}/explore`, question, signal),
  attribution: (model: string, question: AttributionQuestion, signal?: Signal) =>
    pose<AttributionAnswer>(`/models/${of(model)}/attribution`, question, signal),
  foundSlices: (model: string, kind: TrackedSlice['kind'], cursor: string, signal?: Signal) =>
    get<Page<TrackedSlice>>(
      `/models/${of(model)}/slices?kind=${kind}&limit=10${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      signal,
    ),
  slices: (model: string, question: SlicesQuestion, signal?: Signal) =>
    pose<SlicesAnswer>(`/models/${of(model)}/slices/search`, question, signal),
  views: (signal?: Signal) => get<Page<ViewView>>('/views?limit=1000', signal),
  saveView: (body: ViewBody) => send<ViewView>('POST', '/views', body),
  deleteView: (id: string) => send<unknown>('DELETE', `/views/${of(id)}`),

  incidents: (params: { state?: string; model?: string; cursor?: string; limit?: number }, signal?: Signal) =>
    get<Page<IncidentSummary>>(`/incidents${query(params)}`, signal),
  openIncidents: (model: string | undefined, signal?: Signal) =>
    get<Page<IncidentSummary>>(first.openIncidents(model), signal),
  incident: (id: string, signal?: Signal) => get<IncidentView>(first.incident(id), signal),
  acknowledge: (id: string) => send<unknown>('POST', `/incidents/${of(id)}/acknowledge`, {}),
  resolve: (id: string) => send<unknown>('POST', `/incidents/${of(id)}/resolve`, {}),
  note: (id: string, text: string) => send<unknown>('POST', `/incidents/${of(id)}/notes`, { text }),
  mute: (body: MuteBody) => send<MuteView>('POST', '/mutes', body),
  unmute: (id: string) => send<unknown>('DELETE', `/mutes/${of(id)}`),
  resend: (delivery: string) => send<unknown>('POST', `/deliveries/${of(delivery)}/resend`, {}),
  undelivered: (signal?: Signal) => get<Page<DeliveryListed>>('/deliveries?state=failed&limit=20', signal),
  mutes: (signal?: Signal) => get<Page<MuteView>>('/mutes?limit=200', signal),

  quarantine: (params: Record<string, string | number | undefined>, signal?: Signal) =>
    get<Page<QuarantinedEvent>>(`/quarantine${query(params)}`, signal),
  replay: (id: string) => send<IngestAnswer>('POST', `/quarantine/${of(id)}/replay`, {}),
  replayAll: (filter: Record<string, string | undefined>) => send<ReplayAnswer>('POST', '/quarantine/replay', filter),

  monitors: (signal?: Signal) => get<Page<MonitorView>>('/monitors?limit=1000', signal),
  monitorsHistory: (days: number, signal?: Signal) => get<MonitorsHistory>(`/monitors/history?days=${days}`, signal),
  monitor: (id: string, signal?: Signal) => get<MonitorView>(`/monitors/${of(id)}`, signal),
  createMonitor: (body: MonitorBody) => send<MonitorView>('POST', '/monitors', body),
  deleteMonitor: (id: string) => send<unknown>('DELETE', `/monitors/${of(id)}`),
  diagnosis: (id: string, signal?: Signal) => get<Diagnosis>(`/monitors/${of(id)}/diagnosis`, signal),
  backtest: (question: { monitor: MonitorBody; from: string; to: string; labels?: 'then' | 'now' }, signal?: Signal) =>
    pose<BacktestAnswer>('/monitors/backtest', question, signal),
  channels: (signal?: Signal) => get<Page<ChannelView>>('/channels?limit=500', signal),
  putMonitor: (id: string, body: MonitorBody) => send<MonitorView>('PUT', `/monitors/${of(id)}`, body),
  evaluations: (id: string, params: { limit?: number; cursor?: string }, signal?: Signal) =>
    get<Page<EvaluationView>>(`/monitors/${of(id)}/evaluations${query(params)}`, signal),
};
