import { afterAll, beforeAll, it } from 'vitest';
import { killWhileSending } from './sending.js';
import { Server } from './server.js';

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.dispose());

it(
  'twenty-five kills in the middle of sending lose nothing and count nothing twice',
  () => killWhileSending(server, 'killed', 25, 25),
  900_000,
);
