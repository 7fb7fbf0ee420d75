#!/usr/bin/env node
// Committed so that npm links the command before anything is built.
process.env.UV_THREADPOOL_SIZE ??= '16';
const { run } = await import('../dist/main.js');
await run(process.argv);
