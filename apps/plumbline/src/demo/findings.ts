import type { IncidentView } from '@plumbline/contracts';
import { DATASETS, type Dataset } from './datasets.js';
import { type Api, call } from './replay.js';

export type Expectation = Dataset['expected'][number] & { model: string };
export const EXPECTATIONS: Expectation[] = DATASETS.flatMap((d) => d.expected.map((e) => ({ ...e, model: d.model })));

export async function openIncidents(api: Api): Promise<IncidentView[]> {
  const { items } = await call<{ items: { id: string }[] }>(api, 'GET', '/v1/incidents?state=unresolved&limit=100');
  return Promise.all(items.map((i) => call<IncidentView>(api, 'GET', `/v1/incidents/${i.id}`)));
}

/** Kinds of monitors that see a fault of this family: what fails together is one incident, whatever saw it first. */
const KINDS: Record<Expectation['family'], string[]> = {
  performance: ['performance'],
  drift: ['drift', 'skew'],
  data: ['missing', 'schema', 'volume', 'freshness', 'label_coverage'],
};

/** The open incident that names what was expected, or undefined. Pure. */
export const named = (incidents: readonly IncidentView[], e: Expectation): IncidentView | undefined =>
  incidents.find(
    (i) =>
      i.model === e.model &&
      i.evidence.some((x) => KINDS[e.family].includes(x.kind)) &&
      e.subjects.every((s) => i.subjects.includes(s)) &&
      (!e.slice ||
        i.evidence.some((x) => x.slices.some((s) => s.field === e.slice!.field && s.value === e.slice!.value))),
  );

/** What was found, in at most ten lines. */
export function summary(incidents: readonly IncidentView[]): string[] {
  return [...incidents]
    .sort((a, b) => a.number - b.number)
    .slice(0, 9)
    .map((i) => {
      const [slice] = i.evidence.flatMap((e) => e.slices).sort((a, b) => b.explains - a.explains);
      const where =
        slice && slice.explains > 0.3
          ? `; ${Math.round(100 * slice.explains)} % of it where ${slice.field} = ${slice.value ?? 'missing'}`
          : '';
      return `#${i.number} ${i.severity.padEnd(8)} ${i.title}${where}`;
    });
}
