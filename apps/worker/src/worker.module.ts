import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONTEXT, type Context } from '@plumbline/runtime';
import { createHandlers } from './handlers.js';
import { labelGauge } from './labelGauge.js';
import { modelMetrics } from './metrics/export.js';

/** How often the stores are searched for work that no job announced, in ms. */
const EVERY = { reconcile: 10_000, evaluate: 1_000, deliver: 2_000 };

@Injectable()
class StartWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  constructor(@Inject(CONTEXT) private readonly context: Context) {}
  async onApplicationBootstrap() {
    labelGauge(this.context);
    modelMetrics(this.context);
    await this.context.queue.work(
      createHandlers(this.context, () => this.stopping),
      EVERY,
    );
  }
  async beforeApplicationShutdown() {
    this.stopping = true;
    await this.context.queue.close();
  }
}

@Module({ providers: [StartWorkers] })
export class WorkerModule {}
