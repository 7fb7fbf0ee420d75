const of = (name: string) => encodeURIComponent(name);

export function query(params: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params))
    if (value !== undefined && value !== '') search.set(key, String(value));
  const text = search.toString();
  return text ? `?${text}` : '';
}

/** Paths of what pages ask first, known from the address alone. */
export const first = {
  session: '/session',
  models: '/health?limit=500',
  overview: '/overview?limit=500',
  openIncidents: (model?: string) => `/incidents${query({ state: 'unresolved', model, limit: 200 })}`,
  incident: (id: string) => `/incidents/${of(id)}`,
  model: (model: string) => `/models/${of(model)}`,
  references: (model: string) => `/models/${of(model)}/references`,
};

/** What the page at this address of the console asks as soon as it can. */
export function firstPaths(pathname: string): string[] {
  const [place, id] = pathname.split('/').slice(1).map(decoded);
  const always = [first.session, first.models, first.openIncidents()];
  if (place === '') return [...always, first.overview];
  if (!id) return always;
  if (place === 'models') return [...always, first.model(id), first.references(id), first.openIncidents(id)];
  if (place === 'incidents') return [...always, first.incident(id)];
  return always;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
