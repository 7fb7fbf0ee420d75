import { type ApplyBody, type MonitorBody, type MonitorsPlan, monitorBody, PlumblineError } from '@plumbline/contracts';
import { and, channels, eq, inArray, models, monitors, type Tx } from '@plumbline/control';
import { assertMonitor } from '../assertMonitor.js';
import { bodyOf, createMonitor, deleteMonitor, updateMonitor } from '../store.js';
import { digestOf, planMonitors } from './plan.js';

type Mistake = { path: string; message: string };

/**
 * Makes the monitors of a file those of the project, in the caller's transaction: all of it or nothing. Answers what was done, or would be.
 * Throws `invalid_request` with every mistake at once, each at its path in the file; `conflict` if the plan is not the one that was shown.
 */
export async function applyMonitors(
  tx: Tx,
  projectId: string,
  { monitors: entries, prune, dry_run, digest: shown }: ApplyBody,
): Promise<MonitorsPlan> {
  const wanted = await checked(tx, projectId, entries);
  const named = [...new Set(wanted.map((w) => w.model))];
  const rows =
    named.length === 0
      ? []
      : await tx
          .select()
          .from(monitors)
          .where(and(eq(monitors.projectId, projectId), inArray(monitors.model, named)))
          .orderBy(monitors.id);
  const existing = rows.map((row) => ({
    id: row.id,
    body: monitorBody.parse({ ...bodyOf(row), enabled: row.enabled }),
  }));
  const plan = planMonitors(wanted, existing, prune);
  const digest = digestOf(plan);
  if (shown !== undefined && shown !== digest)
    throw new PlumblineError('conflict', 'The monitors were changed since the plan was shown. Look at the new plan.');
  if (dry_run) return { applied: false, digest, plan };
  for (const [i, item] of plan.entries()) {
    const body = wanted[i];
    if (item.action === 'create') item.id = (await createMonitor(tx, projectId, body!)).id;
    else if (item.action === 'change') await updateMonitor(tx, projectId, item.id!, body!);
    else if (item.action === 'delete') await deleteMonitor(tx, projectId, item.id!);
  }
  return { applied: true, digest, plan };
}

/** The bodies to be, with channels by id; throws what is wrong with any of them. */
async function checked(tx: Tx, projectId: string, entries: ApplyBody['monitors']): Promise<MonitorBody[]> {
  const mistakes: Mistake[] = [];
  const known = await tx
    .select({ name: models.name, task: models.task })
    .from(models)
    .where(eq(models.projectId, projectId));
  const all = await tx
    .select({ id: channels.id, name: channels.name })
    .from(channels)
    .where(eq(channels.projectId, projectId));
  const seen = new Map<string, number>();
  const bodies = entries.map((entry, i) => {
    const at = (path: string, message: string) => mistakes.push({ path: `monitors.${i}.${path}`, message });
    const body = monitorBody.parse(entry);
    const key = JSON.stringify([body.model, body.name]);
    const first = seen.get(key);
    if (first !== undefined)
      at('name', `the model '${body.model}' has a monitor '${body.name}' already, at monitors.${first}`);
    seen.set(key, first ?? i);
    const model = known.find((m) => m.name === body.model);
    if (!model) at('model', `there is no model '${body.model}'`);
    try {
      assertMonitor(body, model);
    } catch (error) {
      const { detail, more } = error as PlumblineError;
      at(more?.errors?.[0]?.path ?? '', detail ?? String(error));
    }
    const ids = body.channels.map((asked, k) => {
      const found = all.filter((c) => c.id === asked || c.name === asked);
      const exact = found.find((c) => c.id === asked) ?? found[0];
      if (!exact) at(`channels.${k}`, `there is no channel '${asked}'`);
      else if (found.length > 1 && exact.id !== asked)
        at(`channels.${k}`, `several channels are called '${asked}': use the id`);
      return exact?.id ?? asked;
    });
    return { ...body, channels: ids };
  });
  if (mistakes.length > 0)
    throw new PlumblineError(
      'invalid_request',
      mistakes
        .slice(0, 3)
        .map((m) => `${m.path}: ${m.message}`)
        .join('; '),
      { errors: mistakes.slice(0, 200) },
    );
  return bodies;
}
