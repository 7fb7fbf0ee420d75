#!/usr/bin/env -S node --max-semi-space-size=64
// Most objects of ingest die within a flush; a larger young generation spares copying them.
// Committed so that npm links the command before anything is built.
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  process.stderr.write('Plumbline is not built yet. Run: npm ci && npm run build\n');
  process.exit(1);
}
// Before anything loads: embedded queries must not take the threads that inflate bodies, and the console runs its production build.
process.env.UV_THREADPOOL_SIZE ??= '16';
process.env.NODE_ENV ??= 'production';
process.env.NEXT_TELEMETRY_DISABLED ??= '1';
const { run } = await import(built.href);
await run(process.argv);
