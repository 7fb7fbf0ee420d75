import { VARIABLES } from './config.js';

const GROUPS: [title: string, belongs: RegExp][] = [
  ['Where and how it runs', /^PLUMBLINE_(DATA_DIR|HOST|PORT|PUBLIC_URL|API_URL|LOG_LEVEL)$/],
  ['Access and secrets', /^PLUMBLINE_(ADMIN_KEY|SECRET_KEY|SECURE_COOKIES|ALLOW_PRIVATE_TARGETS)$/],
  ['Stores', /^(CLICKHOUSE|DATABASE|REDIS)_/],
  ['Limits and pace', /./],
];
const HEAD = `# Configuration

Plumbline is configured by environment variables, read once at start. Every mistake is reported at once, and the process
ends with exit code 2; a variable that begins with \`PLUMBLINE_\` and is not listed here is refused, because it is most
likely a typo. Without any of them everything runs in one process over embedded stores.

This page is made from the code: \`npx tsc -b && node scripts/docs-config.mjs\`.
`;

/** `docs/configuration.md`: every variable with its meaning and its default. */
export function configurationPage(): string {
  const left = new Set(Object.keys(VARIABLES) as (keyof typeof VARIABLES)[]);
  const sections = GROUPS.map(([title, belongs]) => {
    const names = [...left].filter((name) => belongs.test(name));
    for (const name of names) left.delete(name);
    return `\n## ${title}\n\n| variable | default | meaning |\n|---|---|---|\n${names.map(row).join('')}`;
  });
  return HEAD + sections.join('');
}

function row(name: keyof typeof VARIABLES): string {
  const { description = '' } = VARIABLES[name];
  return `| \`${name}\` | ${defaultOf(name)} | ${description.replaceAll('|', '\\|')} |\n`;
}

function defaultOf(name: keyof typeof VARIABLES): string {
  const value = VARIABLES[name].parse(undefined);
  if (value === undefined) return 'not set';
  const text = String(value);
  return text === '' ? 'empty' : `\`${text}\``;
}
