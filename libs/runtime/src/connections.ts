import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Ends connections on which no request is under way when the server closes. Node counts those that have not sent a whole
 * request yet as busy, such as the ones that browsers open ahead, and would wait a minute for them.
 */
export function endSilentConnections(fastify: FastifyInstance): void {
  const silent = new Set<Socket>();
  let closing = false;
  fastify.server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy();
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  fastify.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    silent.delete(socket);
    response.once('close', () => {
      if (closing) socket.end();
      else if (!socket.destroyed) silent.add(socket);
    });
  });
  fastify.addHook('preClose', async () => {
    closing = true;
    for (const socket of silent) socket.destroy();
  });
}
