import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VARIABLES } from './config.js';
import { configurationPage } from './page.js';

describe('docs/configuration.md', () => {
  it('is up to date; if it is not: npx tsc -b && node scripts/docs-config.mjs', () => {
    const file = new URL('../../../docs/configuration.md', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(configurationPage());
  });

  it('explains every variable once', () => {
    const page = configurationPage();
    for (const [name, variable] of Object.entries(VARIABLES)) {
      expect(variable.description, name).toMatch(/\.$/);
      expect(page.split(`| \`${name}\` |`), name).toHaveLength(2);
    }
  });
});
