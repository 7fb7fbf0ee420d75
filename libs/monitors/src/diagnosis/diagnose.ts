import { type BacktestLook, type Diagnosis, durationMs, type MonitorBody } from '@plumbline/contracts';
import { metricBounds } from '@plumbline/stats';
import { budgetOf } from '../level.js';
import { BY_INTERVAL, ruleOf } from '../rule.js';
import { KNOWN_MIN } from '../threshold.js';
import { show, showDuration } from '../words.js';
import { offsetFor, type Problem, type Seen, told } from './problem.js';
import { withoutData } from './withoutData.js';

/** Share of the judged looks from which a monitor fires always, and from which it looks dead. */
const ALWAYS = 0.9;
/** Standard deviations from the usual value at which a threshold is out of reach of what was ever seen. */
const FAR_SD = 20;
const Z95 = 1.959963984540054;
const FLAPS_MIN = 3;
const DEAD: Problem['code'][] = [
  'failing',
  'no_reference',
  'not_live',
  'calibrating',
  'too_few_rows',
  'labels_late',
  'no_data',
  'switched_off',
];

/** Pure: what is wrong with a monitor, the worst first, with the change that mends it where there is one. */
export function diagnose(
  body: MonitorBody,
  seen: Seen,
): Pick<Diagnosis, 'health' | 'message' | 'problems' | 'looks' | 'bad' | 'no_data' | 'errors' | 'fired' | 'per_month'> {
  const count = (verdict: BacktestLook['verdict']) => seen.looks.filter((l) => l.verdict === verdict).length;
  const bad = count('bad');
  const judged = bad + count('ok');
  const problems = [
    ...(body.enabled ? [] : [told('switched_off', 'info', 'It is switched off.', 'Switch it on.', { enabled: true })]),
    ...failing(seen),
    ...withoutData(body, seen),
    ...late(body, seen),
    ...noisy(body, seen, { bad, judged }),
    ...quiet(body, seen, { bad, judged }),
  ];
  const health = healthOf(problems, judged);
  return {
    health,
    message: problems[0]?.message ?? wellText(seen, judged, bad),
    problems,
    looks: seen.looks.length,
    bad,
    no_data: count('no_data'),
    errors: count('error'),
    fired: seen.fired,
    per_month: seen.looks.length === 0 ? null : (30 * seen.fired) / Math.max(seen.spanDays, 1 / 24),
  };
}

function healthOf(problems: readonly Problem[], judged: number): Diagnosis['health'] {
  const warnings = problems.filter((p) => p.severity === 'warning' || p.code === 'switched_off');
  if (warnings.some((p) => DEAD.includes(p.code))) return 'dead';
  if (warnings.length > 0) return 'noisy';
  return judged < KNOWN_MIN ? 'unknown' : 'good';
}

function wellText({ fired, spanDays }: Seen, judged: number, bad: number): string {
  if (judged === 0) return 'None of its looks had data so far.';
  if (judged < KNOWN_MIN) return `Only ${judged} of its looks had data so far: too few to say anything.`;
  const span = showDuration(Math.max(1, Math.round(spanDays)) * 86_400_000);
  const times = fired === 0 ? 'never fired' : fired === 1 ? 'fired once' : `fired ${fired} times`;
  return `It ${times} in ${span}; ${bad} of ${judged} looks were bad.`;
}

const failing = ({ failing }: Seen): Problem[] =>
  failing
    ? [
        told(
          'failing',
          'warning',
          `It cannot be evaluated since ${failing.since.slice(0, 16).replace('T', ' ')} UTC: ${failing.message}`,
          'It is tried again by itself; if the reason does not pass, change what it names.',
        ),
      ]
    : [];

/** Rows that come after the window was looked at. */
function late(body: MonitorBody, { arrivalMs, looks }: Seen): Problem[] {
  const offset = body.offset ? durationMs(body.offset) : 0;
  if (!arrivalMs || looks.length === 0 || arrivalMs <= offset + 0.1 * durationMs(body.window)) return [];
  const change = { offset: offsetFor(arrivalMs) };
  return [
    told(
      'data_late',
      'warning',
      `One row in twenty comes more than ${showDuration(arrivalMs)} after its time, when its window was looked at already.`,
      `Look ${change.offset} later.`,
      change,
    ),
  ];
}

type Counted = { bad: number; judged: number };

function noisy(body: MonitorBody, seen: Seen, { bad, judged }: Counted): Problem[] {
  const { noise, side, fired, spanDays, suggested } = seen;
  if (judged < KNOWN_MIN) return [];
  const rule = ruleOf(body);
  const better = rule && suggested !== null ? { condition: { op: rule.op, value: suggested } } : null;
  const fix = better ? `Set the threshold to ${show(suggested)}.` : null;
  const out: Problem[] = [];
  if (bad >= ALWAYS * judged)
    out.push(
      told(
        'always_firing',
        'warning',
        `${bad} of ${judged} looks were bad: it says nothing that is not known.`,
        fix ?? 'If this is how it is now, compare with a newer reference; otherwise mend what it found.',
        better,
      ),
    );
  else if (rule && noise && side && rule.value > noise.low && rule.value < noise.high)
    out.push(
      told(
        'threshold_in_noise',
        'warning',
        `The threshold ${show(rule.value)} lies where ${decides(body)} usually is (${show(noise.low)} to ${show(noise.high)}): chance alone crosses it.`,
        fix,
        better,
      ),
    );
  if (out.length > 0) return out;
  const { alarms, days } = budgetOf(body);
  const granted = Math.max(1, (2 * alarms * spanDays) / days);
  const looksEach = fired === 0 ? 0 : bad / fired;
  if (fired >= FLAPS_MIN && looksEach <= 2) {
    const change = { for: Math.max(2, body.for + 1), resolve_for: Math.max(2, body.resolve_for ?? 1) };
    out.push(
      told(
        'flapping',
        'warning',
        `It fired ${fired} times in ${showDuration(Math.max(1, Math.round(spanDays)) * 86_400_000)}, for a look or two each time.`,
        `Fire after ${change.for} bad windows in a row and resolve after ${change.resolve_for} good ones.`,
        change,
      ),
    );
  } else if (fired > granted)
    out.push(
      told(
        'over_budget',
        'warning',
        `It fired ${fired} times in ${showDuration(Math.max(1, Math.round(spanDays)) * 86_400_000)}; ${alarms} in ${days} days are granted.`,
        fix ?? 'Unless these were real, ask for a longer window or more windows in a row.',
        better,
      ),
    );
  return out;
}

/** What is held against a threshold. */
const decides = ({ kind }: MonitorBody): string =>
  BY_INTERVAL.includes(kind) ? 'the end of the interval that decides' : 'the value';

/** Thresholds that nothing reaches. */
function quiet(body: MonitorBody, { noise, side, looks }: Seen, { bad, judged }: Counted): Problem[] {
  const rule = ruleOf(body);
  if (judged < KNOWN_MIN || bad > 0 || !rule || !side) return [];
  const { min, max } = body.target.metric ? metricBounds(body.target.metric) : { min: -Infinity, max: Infinity };
  if (side === 'above' ? rule.value >= max : rule.value <= min)
    return [
      told(
        'threshold_out_of_reach',
        'warning',
        `No value can be ${side} ${show(rule.value)}: it never fires.`,
        'Choose a threshold between what is usual and what would be bad.',
      ),
    ];
  const values = looks.flatMap((l) => (l.value === null ? [] : [l.value]));
  const nearest = side === 'above' ? Math.max(...values) : Math.min(...values);
  const sd = noise ? (noise.high - noise.usual) / Z95 : 0;
  const far = noise !== null && Math.abs(rule.value - noise.usual) > FAR_SD * sd;
  return [
    told(
      far ? 'threshold_out_of_reach' : 'never_fired',
      'info',
      `It never fired; the nearest that it saw was ${show(nearest)}, the threshold is ${show(rule.value)}${far ? ', far beyond what chance does' : ''}.`,
      far ? 'If smaller changes matter too, let it be found: compare.to threshold, condition auto.' : null,
    ),
  ];
}
