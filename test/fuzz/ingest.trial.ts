import { parseArgs } from 'node:util';
import { Server } from '../e2e/server.js';
import type { Trial } from '../trial.js';
import { Dice } from './dice.js';
import { Lane, type Run } from './lane.js';
import { Ledger } from './ledger.js';
import { DECLARED, TORN, taskOf } from './models.js';
import { countLabels, countPredictions, countRefused, type Found, readBack } from './readback.js';
import { Verdicts } from './verdicts.js';
import { Watch } from './watch.js';

const LANES = 6;
const RSS_MAX_MB = 4096;

/**
 * Sends events of every sort to a real server and holds each answer, and in the end what is stored, against the contract.
 * `--events N --seed S`; `--remember N` makes the server's memory of identities smaller than the traffic.
 */
const fuzz: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: { events: { type: 'string' }, seed: { type: 'string' }, remember: { type: 'string' } },
  });
  const events = Number(values.events ?? 100_000);
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  if (!Number.isInteger(events) || events < 1 || !Number.isInteger(seed))
    throw new Error('--events and --seed are whole numbers.');
  progress(`fuzz: ${events} events, seed ${seed}`);
  const server = await Server.start(values.remember ? { PLUMBLINE_DEDUP_EVENTS: values.remember } : {});
  const client = server.client();
  const watch = new Watch(server, client);
  try {
    for (const [model, task] of [...DECLARED, [TORN, 'binary'] as const])
      await client.ok(client.put(`/v1/models/${model}`, { task }));
    await watch.begin();
    const ledger = new Ledger(taskOf, values.remember !== undefined);
    const verdicts = new Verdicts(ledger, new Dice(seed));
    const run: Run = {
      client,
      nobody: server.client('plk_nobody'),
      key: server.adminKey,
      ledger,
      verdicts,
      traffic: { requests: 0, http5xx: 0, silent: false },
    };
    const startedMs = Date.now();
    const seconds = () => (Date.now() - startedMs) / 1000;
    const said = setInterval(() => {
      const share = Math.min(99, Math.floor((100 * verdicts.events) / events));
      const pace = Math.round(verdicts.events / seconds());
      progress(
        `${share} % · ${verdicts.events} events · ${pace}/s · ${watch.rssMaxMb} MB · ${verdicts.unexplainedCount} unexplained`,
      );
    }, 2_000);
    const lanes = Array.from({ length: LANES }, (_, i) => new Lane(run, seed + 7919 * (i + 1), `l${i}`, startedMs));
    await Promise.all(
      lanes.map((lane, i) => lane.send(Math.floor(events / LANES) + (i < events % LANES ? 1 : 0))),
    ).finally(() => clearInterval(said));
    const sendingS = seconds();
    progress(`100 % sent in ${Math.round(sendingS)} s; counting`);

    let found: Found = { missing: 0, countedTwice: 0 };
    if (!run.traffic.silent) {
      // Copies that memory forgot are counted once, in whatever week one of them lies, until they were compared: at leisure.
      const withinMs = (values.remember ? 300_000 : 60_000) + events / 2;
      found = await countPredictions(client, ledger, verdicts, startedMs, values.remember ? withinMs : 0);
      found.missing += await readBack(client, verdicts, ledger);
      progress('predictions counted and read back; waiting for labels');
      await countLabels(client, ledger, verdicts, withinMs);
      progress('labels counted; reading the quarantine');
      await countRefused(client, ledger, verdicts, watch);
    }
    await watch.end();
    if (watch.rssMaxMb > RSS_MAX_MB) watch.troubles.add(`the server took ${watch.rssMaxMb} MB`);
    for (const trouble of watch.troubles) verdicts.report(trouble);
    for (const { what, kind, event } of verdicts.unexplained)
      progress(`unexplained: ${what}\n  ${kind ?? ''} ${event ?? ''}`);

    const rejected: Record<string, number> = {};
    for (const [key, n] of [...ledger.refused].sort()) {
      const code = key.split(' ')[1]!;
      rejected[code] = (rejected[code] ?? 0) + n;
    }
    return {
      ok:
        verdicts.unexplainedCount === 0 && found.missing === 0 && found.countedTwice === 0 && run.traffic.http5xx === 0,
      summary: {
        events: verdicts.events,
        accepted: verdicts.accepted,
        duplicates: verdicts.duplicates,
        rejected,
        unexplained: verdicts.unexplainedCount,
        missing: found.missing,
        counted_twice: found.countedTwice,
        http_5xx: run.traffic.http5xx,
        requests: run.traffic.requests,
        seconds: Math.round(sendingS * 10) / 10,
        events_per_s: Math.round(verdicts.events / sendingS),
        rss_max_mb: watch.rssMaxMb,
        seed,
        ...(verdicts.unexplainedCount > 0 ? { first: verdicts.unexplained.map((u) => u.what) } : {}),
      },
    };
  } finally {
    await server.dispose();
  }
};
export default fuzz;
