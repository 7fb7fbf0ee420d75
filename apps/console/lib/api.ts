import type {
  AnnotationView,
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
  eventsQuestion,
  IncidentSummary,
  IncidentView,
  ModelSummary,
  ModelView,
  MonitorBody,
  MonitorsHistory,
  MonitorView,
  MuteView,
  muteBody,
  Page,
  PerformanceAnswer,
  Problem,
  ProfileAnswer,
  performanceQuestion,
  profileQuestion,
  ReferenceView,
  Scope,
  WindowThen,
} from '@plumbline/contracts';
import type { z } from 'zod';

export type Session = { name: string; scopes: Scope[]; project: string };
export type PerformanceQuestion = z.input<typeof performanceQuestion>;
export type DriftQuestion = z.input<typeof driftQuestion>;
export type ProfileQuestion = z.input<typeof profileQuestion>;
export type EventsQuestion = z.input<typeof eventsQuestion>;
export type ChecksQuestion = z.input<typeof checksQuestion>;
export type CurvesQuestion = z.input<typeof curvesQuestion>;
export type CompareQuestion = z.input<typeof compareQuestion>;
export type ChecksAnswer = z.infer<typeof checksAnswer>;
export type ContractView = z.infer<typeof contractView>;
export type MuteBody = z.input<typeof muteBody>;

/** An answer that is not 2xx, with what the server said in words a person can act on. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.name = 'ApiError';
  }
  get code(): string {
    return this.problem.code ?? `http_${this.status}`;
  }
}

/** The one place that talks to the server: same origin, cookie session, JSON both ways. */
async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      signal,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, {
      code: 'unreachable',
      title: 'The server cannot be reached',
      detail: 'The server cannot be reached. Check the connection; this page tries again by itself.',
    });
  }
  const text = await response.text();
  const json = text ? parse(text) : null;
  if (!response.ok) throw new ApiError(response.status, isObject(json) ? (json as Partial<Problem>) : {});
  return json as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null;

function query(params: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params))
    if (value !== undefined && value !== '') search.set(key, String(value));
  const text = search.toString();
  return text ? `?${text}` : '';
}
const of = (name: string) => encodeURIComponent(name);

type Signal = AbortSignal | undefined;
export const api = {
  session: (signal?: Signal) => send<Session>('GET', '/session', undefined, signal),
  login: (body: { key: string } | { token: string }) => send<unknown>('POST', '/session', body),
  logout: () => send<unknown>('DELETE', '/session'),

  overview: (signal?: Signal) => send<Page<ModelSummary>>('GET', '/overview?limit=500', undefined, signal),
  model: (model: string, signal?: Signal) => send<ModelView>('GET', `/models/${of(model)}`, undefined, signal),
  references: (model: string, signal?: Signal) =>
    send<Page<ReferenceView>>('GET', `/models/${of(model)}/references`, undefined, signal),
  annotations: (model: string, signal?: Signal) =>
    send<Page<AnnotationView>>('GET', `/models/${of(model)}/annotations`, undefined, signal),
  performance: (model: string, question: PerformanceQuestion, signal?: Signal) =>
    send<PerformanceAnswer>('POST', `/models/${of(model)}/performance`, question, signal),
  drift: (model: string, question: DriftQuestion, signal?: Signal) =>
    send<DriftAnswer>('POST', `/models/${of(model)}/drift`, question, signal),
  profile: (model: string, question: ProfileQuestion, signal?: Signal) =>
    send<ProfileAnswer>('POST', `/models/${of(model)}/profile`, question, signal),
  checks: (model: string, question: ChecksQuestion, signal?: Signal) =>
    send<ChecksAnswer>('POST', `/models/${of(model)}/checks`, question, signal),
  contract: (model: string, signal?: Signal) =>
    send<ContractView>('GET', `/models/${of(model)}/contract`, undefined, signal),
  putContract: (model: string, body: ContractBody) => send<ContractView>('PUT', `/models/${of(model)}/contract`, body),
  curves: (model: string, question: CurvesQuestion, signal?: Signal) =>
    send<CurvesAnswer>('POST', `/models/${of(model)}/curves`, question, signal),
  compare: (model: string, question: CompareQuestion, signal?: Signal) =>
    send<CompareAnswer>('POST', `/models/${of(model)}/compare`, question, signal),
  delays: (model: string, signal?: Signal) =>
    send<DelaysAnswer>('GET', `/models/${of(model)}/delays`, undefined, signal),
  estimates: (model: string, signal?: Signal) =>
    send<EstimatesAnswer>('GET', `/models/${of(model)}/estimates?limit=200`, undefined, signal),
  windowHistory: (model: string, start: string, signal?: Signal) =>
    send<Page<WindowThen>>('GET', `/models/${of(model)}/windows/${of(start)}/history?limit=1000`, undefined, signal),
  rows: (model: string, question: EventsQuestion, signal?: Signal) =>
    send<Page<EventRow>>('POST', `/models/${of(model)}/events/search`, question, signal),

  incidents: (params: { state?: string; model?: string; cursor?: string; limit?: number }, signal?: Signal) =>
    send<Page<IncidentSummary>>('GET', `/incidents${query(params)}`, undefined, signal),
  incident: (id: string, signal?: Signal) => send<IncidentView>('GET', `/incidents/${of(id)}`, undefined, signal),
  acknowledge: (id: string) => send<unknown>('POST', `/incidents/${of(id)}/acknowledge`, {}),
  resolve: (id: string) => send<unknown>('POST', `/incidents/${of(id)}/resolve`, {}),
  note: (id: string, text: string) => send<unknown>('POST', `/incidents/${of(id)}/notes`, { text }),
  mute: (body: MuteBody) => send<MuteView>('POST', '/mutes', body),
  unmute: (id: string) => send<unknown>('DELETE', `/mutes/${of(id)}`),
  resend: (delivery: string) => send<unknown>('POST', `/deliveries/${of(delivery)}/resend`, {}),
  undelivered: (signal?: Signal) =>
    send<Page<DeliveryListed>>('GET', '/deliveries?state=failed&limit=20', undefined, signal),
  mutes: (signal?: Signal) => send<Page<MuteView>>('GET', '/mutes?limit=200', undefined, signal),

  monitors: (signal?: Signal) => send<Page<MonitorView>>('GET', '/monitors?limit=1000', undefined, signal),
  monitorsHistory: (days: number, signal?: Signal) =>
    send<MonitorsHistory>('GET', `/monitors/history?days=${days}`, undefined, signal),
  monitor: (id: string, signal?: Signal) => send<MonitorView>('GET', `/monitors/${of(id)}`, undefined, signal),
  createMonitor: (body: MonitorBody) => send<MonitorView>('POST', '/monitors', body),
  deleteMonitor: (id: string) => send<unknown>('DELETE', `/monitors/${of(id)}`),
  diagnosis: (id: string, signal?: Signal) =>
    send<Diagnosis>('GET', `/monitors/${of(id)}/diagnosis`, undefined, signal),
  backtest: (question: { monitor: MonitorBody; from: string; to: string; labels?: 'then' | 'now' }, signal?: Signal) =>
    send<BacktestAnswer>('POST', '/monitors/backtest', question, signal),
  channels: (signal?: Signal) => send<Page<ChannelView>>('GET', '/channels?limit=500', undefined, signal),
  putMonitor: (id: string, body: MonitorBody) => send<MonitorView>('PUT', `/monitors/${of(id)}`, body),
  evaluations: (id: string, params: { limit?: number; cursor?: string }, signal?: Signal) =>
    send<Page<EvaluationView>>('GET', `/monitors/${of(id)}/evaluations${query(params)}`, undefined, signal),
};
