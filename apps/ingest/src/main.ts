import { runRole } from '@plumbline/runtime';
import { IngestModule } from './ingest.module.js';

await runRole('ingest', () => ({ modules: [IngestModule] }));
