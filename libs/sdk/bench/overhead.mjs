// What one logPrediction call with 20 features costs its caller, beside the two things it could do instead of serialising.
//   npx tsc -b libs/sdk && node libs/sdk/bench/overhead.mjs
import { Plumbline } from '../dist/index.js';

const CALLS = 50_000;
const client = new Plumbline({
  url: 'http://127.0.0.1:9',
  apiKey: 'key',
  model: 'fraud',
  queueMax: Number.MAX_SAFE_INTEGER,
  queueBytesMax: Number.MAX_SAFE_INTEGER,
  batchSize: Number.MAX_SAFE_INTEGER,
  batchBytes: Number.MAX_SAFE_INTEGER,
  flushIntervalMs: 3_600_000,
  shutdownSignals: false,
  onError: () => {},
});
const features = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`feature_${i}`, i % 4 === 0 ? `category-${i}` : i % 5 === 0 ? true : i * 1.37]),
);

function measure(name, run) {
  const times = new Float64Array(CALLS);
  for (let i = 0; i < CALLS; i++) {
    const begin = performance.now();
    run();
    times[i] = (performance.now() - begin) * 1000;
  }
  times.sort();
  const at = (share) => times[Math.floor(CALLS * share)].toFixed(1);
  console.log(`${name.padEnd(28)} p50 ${at(0.5)} us   p99 ${at(0.99)} us`);
}

let kept = [];
for (let round = 0; round < 3; round++) {
  measure('logPrediction', () =>
    client.logPrediction({ features, prediction: { score: 0.5 }, tags: { platform: 'ios' } }),
  );
  kept = [];
  measure('  of it: JSON.stringify', () => kept.push(JSON.stringify(features)));
  kept = [];
  measure('  instead: a shallow copy', () => kept.push({ ...features }));
}
await client.close({ timeoutMs: 0 });
