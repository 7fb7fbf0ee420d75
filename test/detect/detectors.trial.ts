import { parseArgs } from 'node:util';
import type { Trial } from '../trial.js';
import { drawsOf } from './draws.js';
import { rounded } from './month.js';
import { FULL, type Named, type Plan, QUICK, type Row, type Said } from './plan.js';
import { BROKEN, contractPower, driftPower, effectsOf, FLOOR, missingPower, seasonalPower } from './power.js';
import { allRows, FAULTS, realChange, realStory } from './real.js';
import { DEFAULTS, PLAIN } from './rules.js';
import { onSchedule } from './scheduled.js';
import { afterAccuracyFell, detector } from './sequential.js';
import { onServing } from './serving.js';
import { followShift, shifts } from './shifts.js';
import { slidingDrift, yearOfPeace } from './stationary.js';

/** What has to hold; the exit code says whether it does. */
const FALSE_ALARMS_MAX = 1;
const POWER_MIN = 0.95;
/** Level of the test against the floor. */
const HALF_FLOOR_MAX = 0.01;
const RUN_LENGTH_MIN = 10_000;
const DELAY_MAX = 400;
/** From here on the default measures must have their power. */
const POWER_ROWS_MIN = 2000;

/**
 * How good the starter set is: false alarms on streams in which nothing happens, power and delay when something does, side by side with
 * the rules people use. Every decision is made by the functions that the monitors call.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: { seed: { type: 'string', default: '20260101' }, quick: { type: 'boolean', default: false } },
  });
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error('--seed takes whole numbers.');
  const plan = values.quick ? QUICK : FULL;
  const began = Date.now();
  const say = (line: string) => progress(`${Math.round((Date.now() - began) / 1000)} s: ${line}`);
  const draws = (name: string) => drawsOf(seed, name);
  const table: Row[] = [];

  const scheduled = onSchedule(plan, draws, table, say);
  const served = await onServing(plan, draws, table, say);
  const { falseAlarms, plain, byKind } = inPeace(plan, draws, table, say, (n) => ({
    ...scheduled.get(n)!,
    ...served.get(n)!,
  }));
  slidingLooks(plan, draws, table, say);
  const { power, halfFloor } = powerOf(plan, draws, table, say);
  afterShifts(plan, draws, table, say);
  onRealRows(plan, draws, table, say);
  say('e-detector on 0/1 losses');
  const { run_length, delays } = detector({ runs: plan.detectorRuns, after: [0.07, 0.1, 0.2] }, draws('e-detector'));
  table.push({ what: 'e-detector', baseline: 0.05, run_length, delays });
  for (const n of plan.shiftRows)
    for (const loss of [0.05, 0.1]) {
      const input = { n, loss, runs: plan.shiftRuns };
      const { monitor, eDetector } = afterAccuracyFell(input, draws(`accuracy fell ${n} ${loss}`));
      const shift = `accuracy 0.90 to ${rounded(0.9 - loss)}`;
      table.push({ what: 'fault', kind: 'performance', shift, n, ...monitor, e_detector: eDetector });
    }
  const delay = delays.find(({ rate }) => rate === 0.1)!.labels;

  const reached = {
    false_alarms: falseAlarms <= FALSE_ALARMS_MAX,
    power: power >= POWER_MIN,
    half_floor: halfFloor <= HALF_FLOOR_MAX,
    run_length: run_length >= RUN_LENGTH_MIN,
    delay: delay <= DELAY_MAX,
  };
  return {
    ok: Object.values(reached).every(Boolean),
    summary: {
      false_alarms_per_model_month: rounded(falseAlarms),
      plain_rules: plain,
      power_at_twice_floor: rounded(power),
      alarm_rate_at_half_floor: rounded(halfFloor),
      run_length_to_false_alarm: Math.round(run_length),
      delay_5_to_10: Math.round(delay),
      false_alarms_by_kind: byKind,
      reached,
      seed,
      seconds: Math.round((Date.now() - began) / 1000),
      defaults: DEFAULTS.map(({ name, kind, window, every, for: forCount }) => ({
        name,
        kind,
        window,
        every,
        for: forCount,
      })),
      table: table.map(tidy),
    },
  };
};

function inPeace(plan: Plan, draws: Named, table: Row[], say: Said, others: (n: number) => Record<string, number>) {
  const plain = { psi: 0, ks: 0, js: 0, sigma3: 0 };
  let falseAlarms = 0;
  const byKind: Record<string, number> = {};
  for (const season of plan.seasons)
    for (const n of plan.rows) {
      say(`a peaceful year of ${plan.features} features, ${season}, ${n} rows a day`);
      const year = yearOfPeace({ n, season, count: plan.features, days: plan.days }, draws(`peace ${season} ${n}`));
      const { ringingDays, driftFamily, ...daily } = year;
      const kinds = { ...daily, ...others(n) };
      const apart = Object.values(kinds).reduce((a, b) => a + b, 0);
      const all = apart - kinds.drift - kinds.skew + driftFamily;
      table.push({
        what: 'false alarms',
        kind: 'all',
        stream: season,
        n,
        ours: all,
        ...kinds,
        ringing_days: ringingDays,
      });
      falseAlarms = Math.max(falseAlarms, all);
      for (const rule of PLAIN) plain[rule] = Math.max(plain[rule], rounded(ringingDays[rule]));
      for (const [kind, alarms] of Object.entries(kinds)) byKind[kind] = Math.max(byKind[kind] ?? 0, rounded(alarms));
    }
  return { falseAlarms, plain, byKind };
}

function slidingLooks(plan: Plan, draws: Named, table: Row[], say: Said): void {
  const { rows, seasons, days } = plan.sliding;
  for (const season of seasons)
    for (const n of rows) {
      say(`${plan.features} features looked at every quarter of an hour for ${days} days, ${season}, ${n} rows a day`);
      const ours = slidingDrift({ n, season, count: plan.features, days }, draws(`sliding ${n}`));
      table.push({ what: 'false alarms', kind: 'drift', stream: `${season}, every 15 minutes`, n, days, ours });
    }
}

function powerOf(plan: Plan, draws: Named, table: Row[], say: Said) {
  let power = 1;
  let halfFloor = 0;
  for (const type of ['numeric', 'categorical'] as const)
    for (const times of [2, 0.5]) {
      const effects = effectsOf(type, times * FLOOR, draws(`effects ${type} ${times}`));
      for (const reference of ['weeks', 'window'] as const)
        for (const n of plan.powerRows) {
          say(`${times} times the floor, ${type}, ${n} rows, reference of ${reference}`);
          const input = { effects, n, reference, runs: plan.powerRuns };
          const found = driftPower(input, draws(`power ${type} ${times} ${reference} ${n}`));
          table.push({ what: 'power', kind: 'drift', type, shift: `${times} x floor`, reference, n, ...found });
          if (times < 1) halfFloor = Math.max(halfFloor, found.ours);
          else if (reference === 'weeks' && n >= POWER_ROWS_MIN) power = Math.min(power, found.ours);
        }
    }
  for (const season of plan.seasons)
    for (const n of plan.shiftRows) {
      say(`mean moved in a ${season} stream, ${n} rows a day`);
      for (const shift of [0.5, 1]) {
        const input = { n, season, shift, count: plan.features };
        const ours = seasonalPower(input, draws(`power ${season} ${shift} ${n}`));
        table.push({ what: 'power', kind: 'drift', stream: season, shift: `mean +${shift} sigma`, n, ours });
      }
    }
  for (const [before, after] of [
    [0, 0.04],
    [0.01, 0.05],
    [0.1, 0.14],
    [0.01, 0.02],
    [0.1, 0.11],
  ] as const)
    for (const n of plan.powerRows) {
      const input = { before, after, n, runs: plan.powerRuns };
      const ours = missingPower(input, draws(`missing ${before} ${after} ${n}`));
      table.push({ what: 'power', kind: 'missing', shift: `${before} to ${after}`, n, ours });
    }
  for (const broken of BROKEN)
    for (const n of plan.powerRows) {
      const ours = contractPower({ ...broken, n, runs: plan.powerRuns }, draws(`contract ${broken.name} ${n}`));
      table.push({ what: 'power', kind: 'contract', shift: broken.name, n, ours });
    }
  return { power, halfFloor };
}

function afterShifts(plan: Plan, draws: Named, table: Row[], say: Said): void {
  for (const n of plan.shiftRows) {
    say(`shifts of stated size, ${n} rows a day`);
    for (const shift of shifts())
      table.push({
        what: 'shift',
        shift: shift.name,
        n,
        ...followShift(shift, { n, runs: plan.shiftRuns }, draws(`shift ${shift.name} ${n}`)),
      });
  }
}

function onRealRows(plan: Plan, draws: Named, table: Row[], say: Said): void {
  for (const set of plan.real.sets) {
    const rows = allRows(set);
    for (const n of plan.real.rows) {
      say(`shuffled rows of ${set}, ${n} a day`);
      const story = realStory({ set, rows, faults: FAULTS[set] ?? [] }, { ...plan.real, n }, draws(`real ${set} ${n}`));
      table.push({ what: 'real rows, shuffled', set, n, ...story });
    }
  }
  if (!plan.changes) return;
  for (const [set, changeAt] of [
    ['car_loan', '2019-03-31T03:00:00Z'],
    ['credit_card', '2020-11-01T22:04:59Z'],
  ] as const) {
    say(`the known change of ${set}`);
    table.push({ what: 'real rows, known change', set, change_at: changeAt, ...realChange(set, changeAt) });
  }
}

/** Four digits are more than the runs can tell. */
function tidy(row: unknown): unknown {
  if (typeof row === 'number') return rounded(row);
  if (Array.isArray(row)) return row.map(tidy);
  if (row && typeof row === 'object') return Object.fromEntries(Object.entries(row).map(([k, v]) => [k, tidy(v)]));
  return row;
}

export default trial;
