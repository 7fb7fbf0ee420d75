import type { Client, Json } from '../e2e/client.js';

export type Shown = { name: string; path: string };
const TABS = ['', 'drift', 'labels', 'slices', 'versions', 'data', 'rows'];
const FIXED = [
  '',
  'incidents',
  'monitors',
  'monitors/new',
  'quarantine',
  'exports',
  'review',
  ...['channels', 'mutes', 'keys', 'people', 'data', 'audit', 'account'].map((s) => `settings/${s}`),
];

/** Every page of the console, of each task one model, of each kind of evidence one incident. */
export async function pagesOf(client: Client): Promise<Shown[]> {
  const models = ((await client.get('/v1/overview?limit=500')).body as Json).items as { name: string; task: string }[];
  const incidents = ((await client.get('/v1/incidents?limit=50')).body as Json).items as {
    id: string;
    model: string;
  }[];
  const monitors = ((await client.get('/v1/monitors?limit=100')).body as Json).items as { id: string; kind: string }[];
  return [
    ...FIXED.map((path) => ({ name: path.replaceAll('/', '-') || 'overview', path: `/${path}` })),
    ...firstOf(models, (m) => m.task).flatMap(({ name }) =>
      TABS.map((tab) => ({ name: `${name}-${tab || 'performance'}`, path: `/models/${name}${tab && `/${tab}`}` })),
    ),
    ...firstOf(incidents, (i) => i.model).map(({ id, model }) => ({
      name: `incident-${model}`,
      path: `/incidents/${id}`,
    })),
    ...firstOf(monitors, (m) => m.kind).flatMap(({ id, kind }) => [
      { name: `monitor-${kind}`, path: `/monitors/${id}` },
    ]),
    { name: 'not-found', path: '/models/no-such-model' },
  ];
}

const firstOf = <T>(items: readonly T[], of: (item: T) => string): T[] => [
  ...new Map([...items].reverse().map((item) => [of(item), item])).values(),
];
