import type { Logger } from '@plumbline/config';
import { and, asc, type Db, eq, incidents, isNotNull, outbox, type Secrets } from '@plumbline/control';
import { type ChannelRow, openConfig } from '../channel/channels.js';
import { incidentView } from '../incident/view.js';
import type { Channel } from '../render/request.js';
import type { PostResult } from '../send/classify.js';
import { deliver } from '../send/deliver.js';
import { deliverStorm, isSilent } from '../send/deliverStorm.js';
import type { Post } from '../send/post.js';
import { settleRow, settleStorm } from './settle.js';
import { channelsWithWork, type OutboxRow, type Taken, type TakenStorm, takeTurn } from './take.js';

export type DeliveryDeps = {
  db: Db;
  secrets: Secrets;
  log: Logger;
  consoleUrl: string;
  allowPrivate: string[];
  nowMs?: () => number;
  random?: () => number;
  /** Default: over the network. */
  post?: Post;
};
export type Deliverer = {
  /** Sends what is due until nothing more may go; resolves when all of it ended. Returns how many messages were tried. */
  deliverDue(): Promise<number>;
  /** The same, but returns after `withinMs` at the latest; a vendor that is slow holds up nobody else. */
  startDue(withinMs: number): Promise<{ waitMs: number | null }>;
};

const UNREADABLE: PostResult = {
  outcome: 'retry',
  status: 0,
  answer: 'The channel was saved under another PLUMBLINE_SECRET_KEY. Set that key again, or save the channel anew.',
};

/**
 * Sends what is due, each channel at the pace of its vendor and apart from all others. What is taken, in which order, and what
 * becomes of it is decided in the store (`take`, `settle`); between the two a process may die at any moment.
 */
export function createDeliverer(deps: DeliveryDeps): Deliverer {
  const { db, secrets, log, consoleUrl, allowPrivate, nowMs = Date.now, random = Math.random } = deps;
  const clock = { nowMs, random };
  const sendDeps = { nowMs, allowPrivate, ...(deps.post && { post: deps.post }) };
  /** Channels that are worked on; a second look leaves them alone. */
  const busy = new Map<string, Promise<{ tried: number; waitMs: number | null }>>();

  /** The channel with its secrets, unless they were sealed with another key: that may be mended, so its messages wait and say so. */
  const open = (row: ChannelRow): Channel | null => {
    try {
      return { id: row.id, kind: row.kind, config: openConfig(row, secrets) };
    } catch {
      return null;
    }
  };
  const silent = (row: ChannelRow): boolean => {
    const channel = open(row);
    return channel !== null && isSilent(channel);
  };

  const sendRow = async (row: ChannelRow, channel: Channel | null, { row: o, repeat }: Taken<OutboxRow>) => {
    const [incident] = await db.select().from(incidents).where(eq(incidents.id, o.incidentId));
    if (!incident) return;
    const receipt = await receiptOf(db, o);
    const notification = {
      event: o.event,
      incident: await incidentView(db, incident),
      consoleUrl,
      dedupKey: `plumbline-${o.incidentId}`,
      sequence: o.sequence,
      at: o.createdAt.toISOString(),
      ...(receipt !== null && { receipt }),
      repeat,
    };
    const result = channel ? await deliver(channel, notification, sendDeps) : UNREADABLE;
    if (result.outcome !== 'sent') complain(row, result, { event: o.event, incident: incident.number });
    await settleRow(db, row, o, result, clock);
  };

  const sendStorm = async (row: ChannelRow, channel: Channel | null, taken: TakenStorm) => {
    const { row: storm, content, over, repeat } = taken;
    const notice = {
      id: storm.id,
      state: over ? ('resolved' as const) : ('open' as const),
      openedAt: storm.openedAt.toISOString(),
      incidents: content.incidents,
      consoleUrl,
      dedupKey: `plumbline-storm-${storm.id}`,
      sequence: storm.sequence + 1,
      at: new Date(nowMs()).toISOString(),
      ...(storm.receipt !== null && { receipt: storm.receipt }),
      repeat,
    };
    const result = channel ? await deliverStorm(channel, notice, sendDeps) : { ...UNREADABLE, named: [] };
    if (result.outcome !== 'sent') complain(row, result, { event: 'storm', incidents: content.incidents.length });
    await settleStorm(db, row, taken, result, clock);
  };

  const complain = (channel: ChannelRow, { answer, status }: PostResult, about: object) =>
    log.warn(
      { channel: channel.name, kind: channel.kind, status, answer, ...about },
      'a notification was not delivered',
    );

  const work = async (channelId: string): Promise<{ tried: number; waitMs: number | null }> => {
    let tried = 0;
    for (;;) {
      const turn = await takeTurn(db, channelId, silent, nowMs());
      const sends = (turn?.rows.length ?? 0) + (turn?.storm ? 1 : 0);
      if (!turn || sends === 0) return { tried, waitMs: turn?.waitMs ?? null };
      const channel = open(turn.channel);
      const results = await Promise.allSettled([
        ...turn.rows.map((row) => sendRow(turn.channel, channel, row)),
        ...(turn.storm ? [sendStorm(turn.channel, channel, turn.storm)] : []),
      ]);
      tried += sends;
      for (const r of results)
        if (r.status === 'rejected')
          log.error({ err: r.reason }, 'a delivery could not be worked on; it is tried again');
    }
  };

  /** Starts every channel that has something to send and is not being worked on. */
  const start = async () => {
    const started = [];
    for (const id of await channelsWithWork(db, nowMs())) {
      if (busy.has(id)) continue;
      const working = work(id)
        .catch((error) => {
          log.error({ err: error }, 'a channel could not be worked on; it is tried again');
          return { tried: 0, waitMs: null };
        })
        .finally(() => busy.delete(id));
      busy.set(id, working);
      started.push(working);
    }
    return started;
  };

  return {
    async deliverDue() {
      const done = await Promise.all(await start());
      return done.reduce((sum, { tried }) => sum + tried, 0);
    },
    async startDue(withinMs) {
      const all = Promise.all(await start());
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(resolve, withinMs, null);
      });
      const done = await Promise.race([all, late]).finally(() => clearTimeout(timer));
      const waits = (done ?? []).flatMap(({ waitMs }) => waitMs ?? []);
      return { waitMs: waits.length > 0 ? Math.min(...waits) : null };
    },
  };
}

/** What the vendor calls the first message of this incident in this channel; null if it has none or gives no names. */
async function receiptOf(db: Db, row: OutboxRow): Promise<string | null> {
  const [first] = await db
    .select({ receipt: outbox.receipt })
    .from(outbox)
    .where(and(eq(outbox.incidentId, row.incidentId), eq(outbox.channelId, row.channelId), isNotNull(outbox.receipt)))
    .orderBy(asc(outbox.sequence))
    .limit(1);
  return first?.receipt ?? null;
}
