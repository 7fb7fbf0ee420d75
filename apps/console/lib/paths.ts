import type { Filter, RowOrder } from '@plumbline/contracts';

/** Every address inside the console, in one place: a renamed page is one edit. */
const of = encodeURIComponent;
const search = (params: Record<string, string | null | undefined>): string => {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value) query.set(key, value);
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  return text ? `?${text}` : '';
};

type Range = { from: string; to: string };
type More = Record<string, string | null | undefined>;
export type RowsLink = {
  from?: string;
  to?: string;
  filters?: Filter[];
  version?: string;
  known_at?: string;
  order?: RowOrder;
  seed?: number;
};

/** Each part of the question is a search parameter; what is not plain text is JSON. Messages to Slack link the same way. */
export const rowsParams = (q: RowsLink): Record<string, string | null> => ({
  from: q.from ?? null,
  to: q.to ?? null,
  filters: q.filters && q.filters.length > 0 ? JSON.stringify(q.filters) : null,
  version: q.version ?? null,
  known_at: q.known_at ?? null,
  order: q.order && q.order !== 'ts' ? q.order : null,
  seed: q.order === 'random' && q.seed ? String(q.seed) : null,
});

export type SettingsPage = 'channels' | 'mutes' | 'keys' | 'people' | 'data' | 'audit' | 'account';

export const paths = {
  search,
  model: (model: string, range?: Range, more: More = {}) =>
    `/models/${of(model)}${search({ from: range?.from, to: range?.to, ...more })}`,
  drift: (model: string, range?: Range, more: More = {}) =>
    `/models/${of(model)}/drift${search({ from: range?.from, to: range?.to, ...more })}`,
  versions: (model: string, range?: Range, more: More = {}) =>
    `/models/${of(model)}/versions${search({ from: range?.from, to: range?.to, ...more })}`,
  slices: (model: string, range?: Range, more: More = {}) =>
    `/models/${of(model)}/slices${search({ from: range?.from, to: range?.to, ...more })}`,
  labels: (model: string) => `/models/${of(model)}/labels`,
  data: (model: string) => `/models/${of(model)}/data`,
  rows: (model: string, q: RowsLink = {}) => `/models/${of(model)}/rows${search(rowsParams(q))}`,
  exports: (model?: string) => `/exports${search({ model })}`,
  reviews: () => '/review',
  review: (id: string) => `/review/${of(id)}`,
  quarantine: (more: More = {}) => `/quarantine${search(more)}`,
  incident: (id: string) => `/incidents/${of(id)}`,
  monitor: (id: string) => `/monitors/${of(id)}`,
  monitorEdit: (id: string) => `/monitors/${of(id)}/edit`,
  monitorNew: (model?: string, more: More = {}) => `/monitors/new${search({ model, ...more })}`,
  settings: (page: SettingsPage, more: More = {}) => `/settings/${page}${search(more)}`,
};
