import { bootstrapAccess } from '@plumbline/access';
import { runRole } from '@plumbline/runtime';
import { ApiModule } from './api.module.js';
import { serveOpenApi } from './openapi.js';

await runRole('api', async (context) => {
  const { newKey } = await bootstrapAccess(context.control.db, context.config);
  if (newKey) process.stdout.write(`The first admin key, shown this once: ${newKey}\n`);
  return { modules: [ApiModule], prepare: serveOpenApi };
});
