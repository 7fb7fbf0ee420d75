// Writes docs/configuration.md from the variables that the code reads. Run after a build: npx tsc -b && node scripts/docs-config.mjs
import { writeFileSync } from 'node:fs';
import { configurationPage } from '../libs/config/dist/index.js';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage());
