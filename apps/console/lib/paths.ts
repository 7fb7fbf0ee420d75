import type { Filter } from '@plumbline/contracts';

/** Every address inside the console, in one place: a renamed page is one edit. */
const of = encodeURIComponent;
const search = (params: Record<string, string | null | undefined>): string => {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value) query.set(key, value);
  const text = query.toString();
  return text ? `?${text}` : '';
};

export type RowsLink = {
  from?: string;
  to?: string;
  filters?: Filter[];
  version?: string;
  known_at?: string;
  order?: 'ts' | 'error';
};

export const paths = {
  model: (model: string, range?: { from: string; to: string }, more: Record<string, string | null | undefined> = {}) =>
    `/models/${of(model)}${search({ from: range?.from, to: range?.to, ...more })}`,
  drift: (model: string, range?: { from: string; to: string }, more: Record<string, string | null | undefined> = {}) =>
    `/models/${of(model)}/drift${search({ from: range?.from, to: range?.to, ...more })}`,
  data: (model: string) => `/models/${of(model)}/data`,
  rows: (model: string, q?: RowsLink) => `/models/${of(model)}/rows${q ? search({ q: JSON.stringify(q) }) : ''}`,
  incident: (id: string) => `/incidents/${of(id)}`,
  monitor: (id: string) => `/monitors/${of(id)}`,
};
