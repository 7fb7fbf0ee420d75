// Types, lint, format and import direction in one go. Needs no services.
import { checkImports } from './imports.mjs';
import { checkNode, install, run } from './run.mjs';

checkNode();
await install();
const started = Date.now();
const [types, console_, style] = await Promise.all([
  run('npx', ['tsc', '-b'], { quiet: true }),
  run('npx', ['tsc', '-p', 'apps/console', '--noEmit'], { quiet: true }),
  run('npx', ['biome', 'ci', '.', '--colors=off', '--max-diagnostics=50'], { quiet: true }),
]);
const directions = checkImports();
const parts = {
  types,
  'console types': console_,
  'lint and format (fix with npm run format)': style,
  'import direction': { code: directions.length > 0 ? 1 : 0, output: directions.join('\n') },
};
const failed = Object.entries(parts).filter(([, { code }]) => code !== 0);
for (const [name, { output }] of failed) process.stderr.write(`\n${name}:\n${output.trim()}\n`);
process.stdout.write(
  `${failed.length === 0 ? 'check: all good' : `check: ${failed.map(([n]) => n).join(', ')} failed`} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
);
process.exit(failed.length === 0 ? 0 : 1);
