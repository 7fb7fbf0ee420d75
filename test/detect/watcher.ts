import { evaluateNow } from '../../libs/monitors/src/evaluate.js';
import type { Probes, Windows } from '../../libs/monitors/src/probes.js';
import type { Verdict } from '../../libs/monitors/src/state.js';
import { everyMs, trailingWindow } from '../../libs/monitors/src/windows.js';
import { alarmCounter, DAY_MS, MONTH_DAYS } from './month.js';
import { DEFAULTS } from './rules.js';

type Model = Parameters<typeof evaluateNow>[0];
/** What monitors ask of a model that they do not ask of its rows. */
const MODEL = { model: 'bench', task: 'binary', features: {}, liveSince: new Date(0) } as unknown as Model;

/** Starts of windows that a stream can have, which begins at 0. */
export const startsOf = ({ from, to, stepMs }: Windows): number[] =>
  Array.from({ length: Math.round((to - from) / stepMs) }, (_, i) => from + i * stepMs).filter((start) => start >= 0);

/**
 * A monitor of the starter set by its name, looking as the product does; the probes answer from a simulated stream, as it is known at
 * the time of the look.
 */
export function watcher(name: string, probes: Partial<Probes> | ((nowMs: number) => Partial<Probes>)) {
  const body = DEFAULTS.find((monitor) => monitor.name === name)!;
  const alarms = alarmCounter(body);
  const look = async (nowMs: number): Promise<Verdict> => {
    const known = typeof probes === 'function' ? probes(nowMs) : probes;
    const { verdict } = await evaluateNow(MODEL, body, known as Probes, nowMs);
    if (verdict !== 'error') alarms.look(trailingWindow(body, nowMs).end, verdict);
    return verdict;
  };
  return {
    everyMs: everyMs(body),
    /** Alarms per model-month when nothing happens. */
    async inPeace(fromMs: number, toMs: number): Promise<number> {
      for (let now = fromMs; now < toMs; now += everyMs(body)) await look(now);
      return (alarms.counted.alarms / ((toMs - fromMs) / DAY_MS)) * MONTH_DAYS;
    },
    /** Time from a change to the first bad look; null if there is none by then. */
    async after(changeMs: number, untilMs: number): Promise<number | null> {
      for (let now = changeMs + everyMs(body); now <= untilMs; now += everyMs(body))
        if ((await look(now)) === 'bad') return now - changeMs;
      return null;
    },
  };
}

/** How changes fared that were found after these times (null: never): share found within a day, share found, mean hours until then. */
export function fared(times: readonly (number | null)[]) {
  const HOUR_MS = 3_600_000;
  const found = times.filter((ms) => ms !== null);
  return {
    first_day: found.filter((ms) => ms <= DAY_MS).length / times.length,
    found: found.length / times.length,
    delay_hours: found.length > 0 ? found.reduce((a, b) => a + b, 0) / found.length / HOUR_MS : null,
  };
}
