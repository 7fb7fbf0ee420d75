// Draws docs/images/late-labels.svg: starts Plumbline on a folder of its own, loads a published data set with its late labels, and
// asks the same window again and again as of later and later moments. Needs a build (npx tsc -b); takes about half a minute.
//   node --conditions=source --import tsx scripts/late-labels-figure.mjs
import { writeFileSync } from 'node:fs';
import { readOutcomes, readPredictions, readSchema } from '../libs/stats/src/golden/read.ts';
import { ndjson } from '../test/e2e/client.ts';
import { Server } from '../test/e2e/server.ts';
import { draw } from './late-labels-svg.mjs';

const SET = 'credit_card';
const METRIC = 'accuracy';
const FILE = new URL('../docs/images/late-labels.svg', import.meta.url);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
// The week in the middle of which the model gets worse.
const WORSE = Date.parse(readPredictions(SET, 'predictions')[30_000].ts);
const FROM = Math.floor(WORSE / DAY) * DAY - 3 * DAY;
const TO = FROM + 7 * DAY;
const HISTORY = 60 * DAY;
const UNTIL = 30 * DAY;

const at = (row) => Date.parse(row.ts);
const predictions = readPredictions(SET, 'predictions').filter((p) => at(p) >= FROM - HISTORY && at(p) < TO);
const ids = new Set(predictions.map((p) => p.prediction_id));
const outcomes = readOutcomes(SET).filter((o) => ids.has(o.prediction_id));

const server = await Server.start();
try {
  const client = server.client();
  const { task, classes, features } = readSchema(SET);
  await client.ok(
    client.put(`/v1/models/${SET}`, {
      task,
      classes,
      granularity: '1d',
      features: Object.fromEntries(features.map((f) => [f.name, { type: f.type }])),
    }),
  );
  await client.ok(
    client.request('POST', `/v1/models/${SET}/references?name=training`, ndjson(readPredictions(SET, 'reference')), {
      type: 'application/x-ndjson',
    }),
  );
  const named = (rows) => rows.map((row) => ({ ...row, model: SET }));
  await client.predictions(named(predictions));
  await client.outcomes(named(outcomes));
  await client.joined(SET, outcomes.length);

  const moments = [];
  for (let age = 0; age <= UNTIL; age += age < 10 * DAY ? 6 * HOUR : 12 * HOUR) {
    const { windows } = await client.ask(SET, 'performance', {
      from: FROM,
      to: TO,
      granularity: 'all',
      metrics: [METRIC],
      estimate: true,
      as_of: TO + age,
    });
    const w = windows[0];
    const { state, coverage, expected_coverage: expected, maturity, predictions: n, labelled } = w;
    moments.push({ days: age / DAY, n, labelled, state, coverage, expected, maturity, ...w.metrics[METRIC].values });
  }
  writeFileSync(FILE, draw({ moments, untilDays: UNTIL / DAY }));
  for (const m of moments.filter((m) => [0, 1, 3, 6, 10, 15, 20, 30].includes(m.days)))
    process.stdout.write(`${JSON.stringify(m)}\n`);
} finally {
  await server.dispose();
}
