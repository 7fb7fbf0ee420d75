import { attachExplanation, toExplain } from '@plumbline/alerts';
import type { ModelContext } from '@plumbline/control';
import type { Context } from '@plumbline/runtime';
import { explained, passing } from './soon.js';

/** Searches for what explains the unresolved incidents of a model, one after the other. What cannot be searched is left without. */
export async function explainModel(context: Context, model: ModelContext, stopping: () => boolean): Promise<void> {
  const { control, live, log } = context;
  const { projectId } = model;
  for (const { id, evidence } of await toExplain(control.db, projectId, model.model)) {
    if (stopping()) return;
    const explanation = await explained(context, model, evidence).catch((error) => {
      log.warn({ model: model.model, monitor: evidence.monitor, err: error }, 'an incident could not be explained');
      return passing(error) ? undefined : null;
    });
    if (explanation === undefined) continue;
    const attached = await control.db.transaction((tx) =>
      attachExplanation(tx, projectId, id, evidence, explanation, Date.now()),
    );
    if (attached && explanation) await live.publish({ projectId, type: 'incident', model: model.model, id });
  }
}
