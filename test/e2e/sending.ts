import { expect } from 'vitest';
import type { Client, Ingested } from './client.js';
import { random } from './random.js';
import type { Server } from './server.js';

export const START = Date.parse('2026-03-01T00:00:00Z');
export const ALL = { from: START, to: START + 365 * 86_400_000, granularity: 'all', min_labels: 0 };
export type Body = { kind: 'predictions' | 'outcomes'; events: object[]; ids: string[] };

export const bodies = (model: string, count: number, size: number): Body[] =>
  Array.from({ length: count }, (_, b): Body[] => {
    const ids = Array.from({ length: size }, (_, i) => `p${b * size + i}`);
    const ts = (id: string) => START + Number(id.slice(1)) * 60_000;
    return [
      {
        kind: 'predictions',
        ids,
        events: ids.map((id) => ({
          model,
          prediction_id: id,
          ts: ts(id),
          features: { n: Number(id.slice(1)) },
          prediction: { score: (Number(id.slice(1)) % 100) / 100 },
        })),
      },
      {
        kind: 'outcomes',
        ids,
        events: ids.map((id) => ({ model, prediction_id: id, ts: ts(id) + 5_000, label: Number(id.slice(1)) % 2 })),
      },
    ];
  }).flat();

/** Sends until something ends the server; returns the bodies that were acknowledged. */
export async function sendUntilCut(
  client: Client,
  queue: Body[],
  onAnswer: (acknowledged: number) => void,
): Promise<Map<Body, Ingested>> {
  const acknowledged = new Map<Body, Ingested>();
  const lane = async () => {
    for (let body = queue.shift(); body; body = queue.shift()) {
      const answer = await client.send(body.kind, body.events, false).catch(() => null);
      if (!answer) return;
      acknowledged.set(body, answer);
      onAnswer(acknowledged.size);
    }
  };
  await Promise.all(Array.from({ length: 6 }, lane));
  return acknowledged;
}

/** Sends everything again and checks that all of it is there exactly once. */
export async function settleAndCount(
  client: Client,
  model: string,
  all: readonly Body[],
  acknowledged: ReadonlySet<Body>,
): Promise<void> {
  const answers = await sendUntilCut(client, [...all], () => {});
  expect(answers.size).toBe(all.length);
  for (const [body, answer] of answers) {
    expect(answer.rejected).toEqual([]);
    expect(answer.accepted + answer.duplicates).toBe(body.events.length);
    if (acknowledged.has(body)) expect(answer.duplicates, 'acknowledged, so known').toBe(body.events.length);
  }
  const ids = new Set(all.flatMap((b) => b.ids));
  await client.joined(model, ids.size);
  const { windows } = await client.ask(model, 'performance', ALL);
  expect([windows[0].predictions, windows[0].labelled]).toEqual([ids.size, ids.size]);
  const { tp, fp, tn, fn } = windows[0].metrics;
  expect(tp.value + fp.value + tn.value + fn.value).toBe(ids.size);
  const shown = await client.model(model);
  expect(shown.versions).toMatchObject([{ predictions: ids.size }]);
  expect(shown.labels).toMatchObject({ pending: 0, orphaned: 0, corrected: 0 });
}

/**
 * Kills the server in the middle of sending, restarts it on the same data, sends what was not acknowledged, and so on; in the end
 * everything is there exactly once.
 */
export async function killWhileSending(server: Server, model: string, rounds: number, seed: number): Promise<void> {
  const client = server.client();
  const all = bodies(model, Math.max(40, rounds * 14), 100);
  const acknowledged = new Set<Body>();
  const next = random(seed);
  let queue = [...all];
  for (let round = 0; round < rounds; round++) {
    const cutAfter = 6 + Math.floor(next() * 12);
    let killing: Promise<void> | undefined;
    const answered = await sendUntilCut(client, queue, (n) => {
      if (n >= cutAfter) killing ??= server.kill9();
    });
    await (killing ?? server.kill9());
    for (const body of answered.keys()) acknowledged.add(body);
    expect(answered.size).toBeGreaterThanOrEqual(Math.min(cutAfter, queue.length));
    // Like a careful sender: whatever was not acknowledged goes again, in front of the rest.
    queue = all.filter((b) => !acknowledged.has(b));
    await server.restart();
    const { windows } = await client.ask(model, 'performance', ALL);
    const predictions = [...acknowledged].filter((b) => b.kind === 'predictions').length * 100;
    expect(windows[0].predictions).toBeGreaterThanOrEqual(predictions);
  }
  await settleAndCount(client, model, all, acknowledged);
}
