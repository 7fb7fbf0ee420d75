import type { IngestAnswer } from '@plumbline/contracts';
import { given, type Ingest, type Kind, openIngest, type Parsed } from '@plumbline/ingestion';
import { joinModel } from '@plumbline/labels';
import type { WireEvent } from './events.js';
import type { Stores } from './stores.js';

/** Events the way they come in: checked, stored and joined by the code that does it in production. */
export type Sender = {
  ingest: Ingest;
  /** Sends one body; the answer tells what became of it. */
  send(kind: Kind, projectId: string, events: readonly unknown[]): Promise<IngestAnswer>;
  /** Sends events of one model, all of which must be new and good, and joins them. */
  store(projectId: string, predictions: readonly WireEvent[], outcomes?: readonly WireEvent[]): Promise<void>;
  close(): Promise<void>;
};

export async function openSender(stores: Stores, nowMs: () => number = Date.now): Promise<Sender> {
  const { store, control, config, log } = stores;
  const ingest = await openIngest({ store, db: control.db, config, log, nowMs, onCommitted: () => {} });
  const send = async (kind: Kind, projectId: string, events: readonly unknown[]) => {
    const answer = await ingest.take(kind, { projectId, keyId: 'test' }, parsed(events));
    await ingest.recorded();
    return answer;
  };
  return {
    ingest,
    send,
    async store(projectId, predictions, outcomes = []) {
      for (const [kind, events] of [['predictions', predictions] as const, ['outcomes', outcomes] as const]) {
        if (events.length === 0) continue;
        const answer = await send(kind, projectId, events);
        if (answer.accepted !== events.length)
          throw new Error(`${events.length} ${kind} sent, answered ${JSON.stringify(answer).slice(0, 500)}`);
      }
      for (const model of new Set([...predictions, ...outcomes].map((e) => e.model)))
        while ((await joinModel(store, projectId, model, nowMs())).more);
    },
    close: () => ingest.close(),
  };
}

async function* parsed(events: readonly unknown[]): AsyncGenerator<Parsed[]> {
  yield events.map(given);
}
