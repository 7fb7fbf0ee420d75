import { EventEmitter } from 'node:events';
import type { ControlStore } from '@plumbline/control';

/** Something changed that an open page may want to show. A hint to ask again, never the data. */
export type LiveEvent = {
  projectId: string;
  /** `access`: what somebody may do here has changed; for the streams themselves, told to no page. */
  type: 'incident' | 'window' | 'model' | 'access';
  model: string;
  id?: string;
  deleted?: true;
};

/** Live hints across processes, over PostgreSQL's NOTIFY. Losing one costs a page its freshness until its next refresh, nothing else. */
export type Live = {
  publish(event: LiveEvent): Promise<void>;
  subscribe(listener: (event: LiveEvent) => void): () => void;
  close(): Promise<void>;
};

const CHANNEL = 'plumbline_live';
const AGAIN_MS = 1_000;

export async function openLive(control: ControlStore): Promise<Live> {
  const emitter = new EventEmitter().setMaxListeners(0);
  let leave = () => {};
  let again: NodeJS.Timeout | undefined;
  let closed = false;

  const listen = async () => {
    const client = await control.pool.connect();
    let left = false;
    leave = () => {
      if (!left) client.release(true);
      left = true;
    };
    client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL && payload) emitter.emit('event', JSON.parse(payload));
    });
    client.once('error', listenAgain);
    await client.query(`LISTEN ${CHANNEL}`);
  };
  /** The connection dropped (PostgreSQL restarts): listens on a new one as soon as there is one. */
  const listenAgain = () => {
    leave();
    clearTimeout(again);
    if (!closed) again = setTimeout(() => void listen().catch(listenAgain), AGAIN_MS).unref();
  };

  await listen();
  return {
    async publish(event) {
      await control.pool.query('SELECT pg_notify($1, $2)', [CHANNEL, JSON.stringify(event)]).catch(() => {});
    },
    subscribe(listener) {
      emitter.on('event', listener);
      return () => emitter.off('event', listener);
    },
    async close() {
      closed = true;
      clearTimeout(again);
      emitter.removeAllListeners();
      leave();
    },
  };
}
