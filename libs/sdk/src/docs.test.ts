import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { DROP_REASONS, ERROR_CODES } from './types.js';

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/sdk-typescript.md'), 'utf8');
const types = readFileSync(resolve(import.meta.dirname, 'types.ts'), 'utf8');

function membersOf(name: string): string[] {
  const body = types.match(new RegExp(`export interface ${name} \\{\\n(.*?)\\n\\}`, 's'))?.[1] as string;
  return [...body.matchAll(/^ {2}(\w+)\??[:(]/gm)].map((match) => match[1] as string);
}

it.each(['PlumblineOptions', 'PredictionInput', 'OutcomeInput', 'Stats', 'FlushResult'])('%s is documented', (name) => {
  const members = membersOf(name);
  expect(members.length).toBeGreaterThan(2);
  expect(members.filter((member) => !new RegExp(`\\b${member}\\b`).test(page))).toEqual([]);
});

it('every code has its line, and there are no others', () => {
  const section = page.slice(page.indexOf('## Errors'));
  const documented = [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap((match) => match[1]?.match(/\w+/g) ?? []);
  expect(documented.toSorted()).toEqual([...ERROR_CODES].toSorted());
  expect(DROP_REASONS.filter((reason) => !documented.includes(reason))).toEqual([]);
});
