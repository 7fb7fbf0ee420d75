import { runRole } from '@plumbline/runtime';
import { WorkerModule } from './worker.module.js';

await runRole('worker', () => ({ modules: [WorkerModule] }));
