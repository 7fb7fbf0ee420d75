import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The same with the long suites: full calibration, fuzz, planted and chaos runs. */
export default defineConfig({
  ...base,
  test: { ...base.test, exclude: ['**/node_modules/**', '**/dist/**'], testTimeout: 600_000 },
});
