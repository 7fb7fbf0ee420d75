import type { EventStore } from '@plumbline/clickhouse';
import { iso, type Precedent } from '@plumbline/contracts';
import { and, annotations, type Db, desc, eq, gte, lte, type ModelContext } from '@plumbline/control';

/** What happened longer before does not explain an onset; an onset that is seen late may precede its cause by a little. */
const BEFORE_MS = 3 * 86_400_000;
const KEPT = 5;

/** Deploys, annotations and new versions shortly before an onset, the nearest first. `slackMs`: how finely the onset is known. */
export async function precedents(
  store: EventStore,
  db: Db,
  { projectId, model }: ModelContext,
  onsetMs: number,
  slackMs: number,
): Promise<Precedent[]> {
  const [from, to] = [onsetMs - BEFORE_MS, onsetMs + slackMs];
  const noted = await db
    .select()
    .from(annotations)
    .where(
      and(
        eq(annotations.projectId, projectId),
        eq(annotations.model, model),
        gte(annotations.ts, new Date(from)),
        lte(annotations.ts, new Date(to)),
      ),
    )
    .orderBy(desc(annotations.ts))
    .limit(KEPT);
  const versions = await store.query<{ version: string; first: number; n: number }>(
    `SELECT version, first, n FROM (
       SELECT version, toUnixTimestamp64Milli(min(first_ts)) AS first, row_number() OVER (ORDER BY first) AS n FROM ${store.database}.catalog
       WHERE project = {project:String} AND model = {model:String} AND kind = 'version' GROUP BY version)
     WHERE n > 1 AND version != '' AND first >= {from:Int64} AND first <= {to:Int64} ORDER BY first DESC LIMIT ${KEPT}`,
    { project: projectId, model, from: Math.trunc(from), to: Math.trunc(to) },
  );
  return [
    ...noted.map(({ kind, ts, text }): Precedent => ({ kind, at: ts.toISOString(), text })),
    ...versions.map(
      ({ version, first }): Precedent => ({
        kind: 'version',
        at: iso(Number(first)),
        text: `Version ${version} began to serve`,
      }),
    ),
  ]
    .sort((a, b) => Math.abs(Date.parse(a.at) - onsetMs) - Math.abs(Date.parse(b.at) - onsetMs))
    .slice(0, KEPT);
}
