import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Ingest, openIngest } from '@plumbline/ingestion';
import { CONTEXT, type Context } from '@plumbline/runtime';
import { ingestMetrics } from './metrics.js';

/** Joining a few flushes at once costs little more than joining one; with many models, jobs themselves are the cost. */
const GATHER_MS = 250;
const GATHER_MS_PER_MODEL = 10;
const GATHER_MS_MAX = 5_000;

/** Token under which Nest provides the way in. */
export const INGEST = 'plumbline.ingest';

/** Opens the way in at start (rebuilding the memory of identities) and drains it at the end. */
@Injectable()
export class OpenIngest implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private opened: Promise<Ingest> | undefined;
  private leave = () => {};
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  get(): Promise<Ingest> {
    this.opened ??= this.open();
    return this.opened;
  }
  async onApplicationBootstrap() {
    await this.get();
  }
  async beforeApplicationShutdown() {
    this.leave();
    await (await this.opened)?.close();
  }

  private async open(): Promise<Ingest> {
    const { store, control, config, log, queue, live } = this.context;
    const { observer, watch } = ingestMetrics();
    const ingest = await openIngest({
      store,
      db: control.db,
      config,
      log,
      observer,
      onCommitted: (_kind, models) => {
        const gatherMs = Math.min(GATHER_MS_MAX, Math.max(GATHER_MS, models.length * GATHER_MS_PER_MODEL));
        for (const { projectId, model } of models) void queue.ask('join', { projectId, model }, gatherMs);
      },
    });
    this.leave = live.subscribe(({ type, projectId, model, deleted }) => {
      if (type === 'model') ingest.changed(projectId, model, deleted === true);
    });
    watch(ingest);
    return ingest;
  }
}
