import { defineConfig } from 'vitest/config';

// Sources are read directly (the `source` condition), so tests need no build. chDB crashes in worker threads: forks only.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['libs/**/*.test.ts', 'apps/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.long.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    env: { UV_THREADPOOL_SIZE: '16' },
  },
});
