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
import { ReviewIngest } from './reviews.js';

/** How often the stores are searched for work that no job announced, in ms. */
const EVERY = { reconcile: 10_000, evaluate: 1_000, deliver: 2_000 };

@Injectable()
class StartWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;
  private readonly reviewIngest: ReviewIngest;
  constructor(@Inject(CONTEXT) private readonly context: Context) {
    this.reviewIngest = new ReviewIngest(context);
  }
  async onApplicationBootstrap() {
    labelGauge(this.context);
    modelMetrics(this.context);
    await this.context.queue.work(
      createHandlers(this.context, () => this.stopping, this.reviewIngest),
      EVERY,
    );
  }
  async beforeApplicationShutdown() {
    this.stopping = true;
    await this.context.queue.close();
    await this.reviewIngest.close();
  }
}

@Module({ providers: [StartWorkers] })
export class WorkerModule {}
