// What one logPrediction call costs its caller: 20 features (12 numbers, 8 strings), about 470 bytes an event. Needs a build.
//   npx tsc -b libs/sdk && node libs/sdk/bench/overhead.mjs            for people, beside what else a call could do
//   node libs/sdk/bench/overhead.mjs --json                            one line: {"p50_us":…,"p99_us":…,"calls":…}
import { fileURLToPath } from 'node:url';
import { Plumbline } from '../dist/index.js';

const WARM_UP = 20_000;
const CALLS = 50_000;

export const features = Object.fromEntries([
  ...Array.from({ length: 12 }, (_, i) => [`num_${i}`, Math.round((i + 1) * 1337.17) / 100]),
  ...Array.from({ length: 8 }, (_, i) => [`cat_${i}`, `val-${i}`]),
]);

/** Everything up to the queue is real; the interval is longer than the run, so that no request is mixed into the times. */
function quietClient() {
  return new Plumbline({
    url: 'http://127.0.0.1:4000',
    apiKey: 'key',
    model: 'fraud',
    version: 'v3',
    queueMax: Number.MAX_SAFE_INTEGER,
    queueBytesMax: Number.MAX_SAFE_INTEGER,
    batchSize: Number.MAX_SAFE_INTEGER,
    batchBytes: Number.MAX_SAFE_INTEGER,
    flushIntervalMs: 3_600_000,
    shutdownSignals: false,
    onError: () => {},
  });
}

function measure(calls, run) {
  const times = new Float64Array(calls);
  for (let i = 0; i < calls; i++) {
    const begin = performance.now();
    run();
    times[i] = (performance.now() - begin) * 1000;
  }
  times.sort();
  const at = (share) => Math.round(times[Math.floor(calls * share)] * 100) / 100;
  return { p50_us: at(0.5), p99_us: at(0.99), calls };
}

/** Microseconds of `logPrediction` as its caller sees them. */
export async function overhead(calls = CALLS) {
  const client = quietClient();
  const call = () => client.logPrediction({ features, prediction: { score: 0.93 }, latencyMs: 12 });
  measure(WARM_UP, call);
  const result = measure(calls, call);
  await client.close({ timeoutMs: 0 });
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--json')) console.log(JSON.stringify(await overhead()));
  else {
    const say = (name, { p50_us, p99_us }) => console.log(`${name.padEnd(28)} p50 ${p50_us} us   p99 ${p99_us} us`);
    let kept = [];
    for (let round = 0; round < 3; round++) {
      say('logPrediction', await overhead());
      kept = [];
      say(
        '  of it: JSON.stringify',
        measure(CALLS, () => kept.push(JSON.stringify(features))),
      );
      kept = [];
      say(
        '  instead: a shallow copy',
        measure(CALLS, () => kept.push({ ...features })),
      );
    }
  }
}
