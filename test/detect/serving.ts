import { afterLastVersion, peacefulAge } from './age.js';
import { afterSlowdown, peacefulLatency, SLOWDOWNS } from './latency.js';
import { afterOutputFault, OUTPUT_FAULTS, OUTPUTS, peacefulOutputs } from './outputs.js';
import type { Named, Plan, Row, Said } from './plan.js';

/** Response times, outputs and age of what serves: false alarms in peace, and how soon faults ring. */
export async function onServing(
  plan: Plan,
  draws: Named,
  table: Row[],
  say: Said,
): Promise<Map<number, Record<'latency' | 'outputs' | 'staleness', number>>> {
  const out = new Map<number, Record<'latency' | 'outputs' | 'staleness', number>>();
  const { days, watchedRuns: runs } = plan;
  for (const n of plan.rows) {
    say(`latency, outputs and model age of a peaceful year, ${n} rows a day`);
    const outputs = [];
    for (const output of OUTPUTS) outputs.push(await peacefulOutputs({ output, n, days }, draws(`${output} ${n}`)));
    const found = {
      latency: await peacefulLatency({ n, days }, draws(`latency ${n}`)),
      outputs: Math.max(...outputs),
      staleness: await peacefulAge({ days }, draws(`age ${n}`)),
    };
    out.set(n, found);
    for (const [kind, ours] of Object.entries(found)) table.push({ what: 'false alarms', kind, n, ours });
  }
  for (const n of plan.shiftRows) {
    say(`slower responses and bad outputs, ${n} rows a day`);
    for (const slowdown of SLOWDOWNS) {
      const found = await afterSlowdown(slowdown, { n, runs }, draws(`${slowdown.name} ${n}`));
      table.push({ what: 'fault', kind: 'latency', shift: slowdown.name, n, ...found });
    }
    for (const fault of OUTPUT_FAULTS) {
      const found = await afterOutputFault(fault, { n, runs }, draws(`${fault.name} ${n}`));
      table.push({ what: 'fault', kind: 'outputs', shift: fault.name, n, ...found });
    }
  }
  const found = await afterLastVersion({ runs }, draws('last version'));
  table.push({ what: 'fault', kind: 'staleness', shift: 'no new version', ...found });
  return out;
}
