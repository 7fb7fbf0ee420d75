import type { ModelContext } from '@plumbline/control';
import type { Probes } from '@plumbline/monitors';
import { openSender, openStores, type Stores, type Watched, type WireEvent, watchedModel } from '@plumbline/testkit';
import { uploadReference } from '../../../api/src/references/upload.js';
import { createProbes } from '../probes.js';

/** Real stores with probes that believe it is `nowMs`, and models that live in them. */
export type Watch = {
  stores: Stores;
  probes: Probes;
  /** A live model with its training set (none if `trained` is 0) and its events. */
  world(options: Watched): Promise<ModelContext>;
  upload(model: ModelContext, rows: readonly object[], name?: string, version?: string): Promise<unknown>;
  /** Stores and joins more events of a model. */
  store(model: ModelContext, predictions: readonly WireEvent[], outcomes: readonly WireEvent[]): Promise<void>;
  close(): Promise<void>;
};

export async function openWatch(nowMs: number): Promise<Watch> {
  const stores = await openStores();
  const { store, control, config } = stores;
  const sender = await openSender(stores, () => nowMs);
  const upload: Watch['upload'] = (model, rows, name = 'training', version) => {
    const events = (async function* () {
      for (const event of rows) yield { ok: true as const, event };
    })();
    return uploadReference(store, control.db, config, model, { name, version, events }, nowMs);
  };
  return {
    stores,
    probes: createProbes(store, control.db, () => nowMs),
    world: (options) => watchedModel({ stores, sender, nowMs, upload }, options),
    upload,
    store: (model, predictions, outcomes) => sender.store(model.projectId, predictions, outcomes),
    async close() {
      await sender.close();
      await stores.close();
    },
  };
}
