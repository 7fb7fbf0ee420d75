import { createInterface } from 'node:readline/promises';
import type { MonitorsPlan } from '@plumbline/contracts';
import { Failure, WrongUse } from '../failure.js';
import type { Connection } from '../server/connection.js';
import { readSources } from './file.js';
import { isEmpty, planText } from './plan.js';
import { send } from './server.js';

export type ApplyOptions = {
  file: string[];
  prune?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  check?: boolean;
  json?: boolean;
};

/**
 * Makes the monitors of the files those of their models: shows the plan, asks, and does just what was shown. Where nobody can be asked
 * it does nothing without --yes. Throws Mistakes, Failure, WrongUse.
 */
export async function applyFiles(connection: Connection, o: ApplyOptions): Promise<void> {
  const sources = await readSources(o.file);
  const monitors = sources.flatMap((s) => s.entries);
  const ask = (more: object) =>
    send<MonitorsPlan>(
      connection,
      'POST',
      '/v1/monitors/apply',
      { monitors, prune: o.prune ?? false, ...more },
      { sources },
    );
  const plan = await ask({ dry_run: true });
  if (!o.json) say(planText(plan));
  if (o.check && !isEmpty(plan)) {
    if (o.json) say(JSON.stringify(plan));
    throw new Failure('The monitors are not as the files say. Apply them without --check.');
  }
  if (o.dryRun || o.check || isEmpty(plan)) {
    if (o.json) say(JSON.stringify(plan));
    return;
  }
  if (!o.yes && !(await agreed(o))) return say('Nothing was changed.');
  const done = await ask({ digest: plan.digest });
  say(o.json ? JSON.stringify(done) : 'Done.');
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function agreed(o: ApplyOptions): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY || o.json || o.file.includes('-'))
    throw new WrongUse('Nobody can be asked here: give --yes to apply this plan, or --dry-run only to see it.');
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await prompt.question('Apply it? [y/N] ')).trim());
  } finally {
    prompt.close();
  }
}
