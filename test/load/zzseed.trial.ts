import { Server } from '../e2e/server.js';
import { seed } from './console.seed.js';

const server = await Server.start({ NODE_ENV: 'production' }, [], { console: true });
await server.stop();
await seed(server.dataDir, { models: 50, days: 90, perHour: 40 }, Math.floor(Date.now() / 3_600_000) * 3_600_000, (l) =>
  console.error(l),
);
console.log(JSON.stringify({ dir: server.dataDir, key: server.adminKey }));
process.exit(0);
