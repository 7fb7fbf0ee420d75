import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What a benchmark, a fuzz run or a chaos scenario hands back: figures, printed as one line of JSON with `--json`, and
 * whether all that had to hold did hold (the exit code).
 */
export type Outcome = { ok: boolean; summary: Record<string, unknown> };
/** The default export of `test/{load,chaos,fuzz,detect}/NAME.trial.ts`. `progress` goes to stderr. */
export type Trial = (args: string[], progress: (line: string) => void) => Promise<Outcome>;

const FOLDERS: Record<string, string> = { bench: 'load', chaos: 'chaos', fuzz: 'fuzz', 'detect-bench': 'detect' };
const [kind = '', ...rest] = process.argv.slice(2);
const folder = FOLDERS[kind];
const json = rest.includes('--json');
const args = rest.filter((a) => a !== '--json');
const wrong = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};
if (!folder) wrong(`Say which: ${Object.keys(FOLDERS).join(', ')}.`);

/** `bench NAME`, `chaos --scenario NAME`, `fuzz` (whose only subject is ingest), `detect-bench` (the detectors). */
function nameOf(): string {
  if (kind === 'bench') return args.shift() ?? '';
  if (kind === 'detect-bench') return 'detectors';
  const at = args.indexOf('--scenario');
  if (at === -1) return 'ingest';
  return args.splice(at, 2)[1] ?? '';
}
const name = nameOf();
const place = fileURLToPath(new URL(`./${folder}/`, import.meta.url));
const known = readdirSync(place)
  .filter((f) => f.endsWith('.trial.ts'))
  .map((f) => f.slice(0, -'.trial.ts'.length));
if (!/^[a-z-]+$/.test(name) || !existsSync(`${place}${name}.trial.ts`))
  wrong(`No ${kind} is called '${name}'. There is: ${known.join(', ')}.`);

const { default: trial } = (await import(`./${folder}/${name}.trial.ts`)) as { default: Trial };
try {
  const { ok, summary } = await trial(args, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify(summary, null, json ? undefined : 2)}\n`);
  process.exit(ok ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exit(1);
}
