import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeServer, testClient } from './testing/harness.js';
import { Installed } from './testing/installed.js';
import { VERSION } from './version.js';

// Real processes with the built package: signals, crashes and module systems cannot be shown in any other way.
let installed: Installed;
beforeAll(() => {
  installed = new Installed();
});
afterAll(() => installed.remove());

const start = (options = '') => `
  import { Plumbline } from '@plumbline/sdk';
  const client = new Plumbline({ model: 'fraud', flushIntervalMs: 600_000, ${options} });
  const log = (count = 1) => {
    for (let i = 0; i < count; i++) client.logPrediction({ features: { i }, prediction: { score: 0.5 } });
  };
`;
/** A number, as the web has it: the `unref` of Node.js must not be needed. */
const setSome = (set: typeof setTimeout) => (run: () => void, ms: number) => Number(set(run, ms));
const stayAlive = 'setInterval(() => {}, 1000); console.log("ready");';
const spoolDir = () => mkdtempSync(join(installed.dir, 'spool-'));

describe('the package', () => {
  it('works with require', async () => {
    const server = await fakeServer();
    const program = `
      const { Plumbline, uuidv7 } = require('@plumbline/sdk');
      const client = new Plumbline({ model: 'fraud', spool: { dir: process.env.SPOOL } });
      client.logPrediction({ id: uuidv7(0), features: {}, prediction: { score: 0.5 } });
      client.close().then((result) => console.log(JSON.stringify(result)));`;
    const { stdout, stderr, code } = await installed.run(program, 'cjs', {
      PLUMBLINE_URL: server.url,
      SPOOL: spoolDir(),
    }).ended;
    expect([stdout.trim(), stderr, code]).toEqual(['{"delivered":1,"rejected":0,"pending":0}', '', 0]);
    expect(server.seen[0]?.headers['content-encoding']).toBe('gzip');
  });

  it('works where process.getBuiltinModule is missing (Node 18), in both module systems', async () => {
    const server = await fakeServer();
    for (const extension of ['mjs', 'cjs'] as const) {
      const load = extension === 'mjs' ? "await import('@plumbline/sdk')" : "require('@plumbline/sdk')";
      const program = `
        process.getBuiltinModule = undefined;
        Object.defineProperty(globalThis, 'crypto', { value: undefined });
        Object.defineProperty(globalThis, 'CompressionStream', { value: undefined });
        const { Plumbline } = ${load};
        const client = new Plumbline({ model: 'fraud', spool: { dir: process.env.SPOOL } });
        client.logPrediction({ features: {}, prediction: { score: 0.5 } });
        client.close().then((result) => console.log(JSON.stringify(result)));`;
      const child = installed.run(program, extension, { PLUMBLINE_URL: server.url, SPOOL: spoolDir() });
      expect(await child.ended).toMatchObject({
        stdout: '{"delivered":1,"rejected":0,"pending":0}\n',
        stderr: '',
        code: 0,
      });
    }
    expect(server.seen.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip']);
  });

  it('works without process, as on edge runtimes', async () => {
    const server = await fakeServer();
    const program = `
      await fetch(process.env.PLUMBLINE_URL, { method: 'POST', body: '{"prediction_id":"warm"}' }); // loads fetch itself
      const url = process.env.PLUMBLINE_URL;
      const say = console.log.bind(console);
      say('');
      for (const name of ['process', 'setImmediate']) delete globalThis[name];
      const { Plumbline } = await import('@plumbline/sdk');
      const client = new Plumbline({ url, apiKey: 'key', model: 'fraud' });
      client.logPrediction({ id: 'edge', features: { city: 'São Paulo' }, prediction: { score: 0.5 } });
      say(JSON.stringify(await client.close()));`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url });
    expect(await child.ended).toMatchObject({ stdout: '\n{"delivered":1,"rejected":0,"pending":0}\n', code: 0 });
    expect(server.seen[1]?.headers['content-encoding']).toBe('gzip');
    expect(server.seen[1]?.events).toMatchObject([{ prediction_id: 'edge', features: { city: 'São Paulo' } }]);
  });

  it.each(['browser', 'workerd', 'edge-light'])(
    'works bundled for %s, where nothing of Node.js exists',
    async (condition) => {
      const server = await fakeServer();
      const bundle = await build({
        stdin: {
          contents: `export { Plumbline } from '@plumbline/sdk';`,
          resolveDir: installed.dir,
        },
        bundle: true,
        write: false,
        minify: true,
        format: 'iife',
        globalName: 'sdk',
        platform: condition === 'browser' ? 'browser' : 'neutral',
        conditions: [condition],
        logLevel: 'silent',
      });
      expect(bundle.warnings).toEqual([]);
      const code = bundle.outputFiles[0]?.text as string;
      expect(code.length).toBeLessThan(40_000); // a Worker is loaded with every start
      // Only what the Minimum Common Web API has; a module of Node.js would be a ReferenceError or a failing import.
      const web = { AbortController, Blob, CompressionStream, crypto, fetch, Response, TextDecoder, TextEncoder, URL };
      const timers = {
        setTimeout: setSome(setTimeout),
        clearTimeout,
        setInterval,
        clearInterval,
        performance,
        console,
      };
      const context = createContext({ ...web, ...timers, ArrayBuffer, url: server.url });
      runInContext(code, context);
      const told: unknown[] = [];
      context.tell = (error: unknown) => told.push(error);
      const result = await runInContext(
        `(async () => {
        const client = new sdk.Plumbline({ url, apiKey: 'key', model: 'fraud', onError: tell });
        const id = client.logPrediction({ features: { city: 'São Paulo' }, prediction: { score: 0.5 } });
        client.logOutcome({ predictionId: id, label: true });
        return JSON.stringify([typeof process, typeof Buffer, await client.close()]);
      })()`,
        context,
      );
      expect(JSON.parse(result)).toEqual(['undefined', 'undefined', { delivered: 2, rejected: 0, pending: 0 }]);
      expect(told).toEqual([]);
      expect(server.seen.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip']);
      expect(server.events.map(({ features }) => features)).toContainEqual({ city: 'São Paulo' });
    },
  );

  const uses = (load: string) => `
       ${load}
       interface Applicant { age: number }
       declare const applicant: Applicant;
       const client = new Plumbline({ url: 'http://x', onDrop: (drop: Drop) => void drop.reason });
       const id: string = client.logPrediction({ features: applicant, prediction: { score: 0.5 } });
       client.logOutcome({ predictionId: id, label: true });
       const predict = client.monitor(async (a: Applicant) => a.age, { toFeatures: (a) => a, toPrediction: (value) => ({ value }) });
       const value: Promise<number> = predict(applicant);
       const batch = Object.assign((a: Applicant) => a.age, { size: 7 });
       const size: number = client.monitor(batch, { toFeatures: (a) => a, toPrediction: (value) => ({ value }) }).size;
       const stream = client.monitor(async function* (a: Applicant) { yield a.age; }, {
         toFeatures: (a) => a,
         toPrediction: (ages) => ({ value: ages.reduce((sum, age) => sum + age, 0) }),
       });
       const tokens: AsyncGenerator<number> = stream(applicant);
       const flushed: Promise<FlushResult> = client.flush({ timeoutMs: 10 });
       const stats: Stats = client.stats();
       const handle = (error: PlumblineError): ErrorCode => error.code;
       // @ts-expect-error a label is not an object
       client.logOutcome({ predictionId: id, label: {} });
       // @ts-expect-error features are needed
       client.logPrediction({ prediction: { score: 0.5 } });
       // @ts-expect-error a score is a number
       client.logPrediction({ features: {}, prediction: { score: '0.5' } });
       // @ts-expect-error no such option
       new Plumbline({ batchsize: 5 });
       // @ts-expect-error the function takes one argument
       predict(applicant, 1);
       void [value, size, tokens, flushed, stats, handle];`;
  const names = 'Plumbline, type Drop, type ErrorCode, type FlushResult, type PlumblineError, type Stats';

  it.each([
    ['ESM', 'uses.mts', ['--module', 'nodenext']],
    ['CommonJS', 'uses.cts', ['--module', 'nodenext']],
    ['CommonJS of old', 'uses-old.cts', ['--module', 'node16']],
    ['a bundler', 'uses.ts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('has types for %s, strict and without skipLibCheck', (_, name, module) => {
    const program = installed.file(name, uses(`import { ${names} } from '@plumbline/sdk';`));
    const strict = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noUncheckedIndexedAccess',
      '--skipLibCheck',
      'false',
    ];
    installed.tsc([program, '--noEmit', ...strict, '--lib', 'es2022', '--types', '', ...module]);
  });

  it('has types that need neither DOM nor Node.js', () => {
    const program = installed.file(
      'program.mts',
      `import { Plumbline, type Stats, type Drop } from '@plumbline/sdk';
       interface Applicant { age: number }
       declare const applicant: Applicant;
       const client = new Plumbline({ url: 'http://x', onDrop: (drop: Drop) => void drop.reason });
       const id: string = client.logPrediction({ features: applicant, prediction: { score: 0.5 } });
       client.logOutcome({ predictionId: id, label: true });
       const predict = client.monitor(async (a: Applicant) => a.age, { toFeatures: (a) => a, toPrediction: (value) => ({ value }) });
       const value: Promise<number> = predict(applicant);
       const stats: Stats = client.stats();
       // @ts-expect-error a label is not an object
       client.logOutcome({ predictionId: id, label: {} });
       export { value, stats };`,
    );
    const strict = ['--strict', '--noEmit', '--lib', 'es2022', '--types', ''];
    installed.tsc([program, ...strict, '--module', 'nodenext']);
    const fetching = installed.file(
      'fetching.mts',
      `import { Plumbline } from '@plumbline/sdk';
       export default new Plumbline({ fetch });`,
    );
    installed.tsc([fetching, '--strict', '--noEmit', '--lib', 'es2022,dom', '--types', '', '--module', 'nodenext']);
  });

  it('has one version and no dependencies', () => {
    const manifest = JSON.parse(readFileSync(join(installed.dir, 'node_modules/@plumbline/sdk/package.json'), 'utf8'));
    expect(manifest.version).toBe(VERSION);
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe('a process that ends by itself', () => {
  it('delivers first, without close', async () => {
    const server = await fakeServer();
    const child = installed.run(`${start()} log(1200);`, 'mjs', { PLUMBLINE_URL: server.url });
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
    expect(server.events).toHaveLength(1200);
  });

  it('does not try for ever', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 401 };
    const child = installed.run(`${start()} log();`, 'mjs', { PLUMBLINE_URL: server.url });
    const { code, stderr } = await child.ended;
    expect([code, server.seen.length]).toEqual([0, 1]);
    expect(stderr).toContain('unauthorized: POST');
    expect(stderr).toContain('closed: 1 events were not delivered');
  });

  it('is not kept alive by a client that has nothing to send', async () => {
    const idle = installed.run(start(), 'mjs', { PLUMBLINE_URL: 'http://127.0.0.1:9' });
    expect(await idle.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('can wait for a flush at the top level though all other timers are unref-ed', async () => {
    const program = `${start('timeoutMs: 100, onError: () => {}, shutdownSignals: false')}
      log();
      console.log(JSON.stringify(await client.flush({ timeoutMs: 300 })));`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: 'http://127.0.0.1:9' });
    expect(await child.ended).toMatchObject({ code: 0, stdout: '{"delivered":0,"rejected":0,"pending":1}\n' });
  });

  it('can wait for room at the top level', async () => {
    const server = await fakeServer();
    server.script.push({ status: 503 }, { status: 503 });
    const program = `${start('queueMax: 10, batchSize: 10, retryBaseMs: 200, onError: () => {}, shutdownSignals: false')}
      log(10);
      await client.ready();
      console.log(client.stats().accepted);`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url });
    expect(await child.ended).toMatchObject({ code: 0, stdout: '10\n' });
  });

  it('with process.exit() leaves what is queued in the spool', async () => {
    const server = await fakeServer();
    const dir = spoolDir();
    const program = `${start('spool: { dir: process.env.SPOOL }')}
      log(7);
      setTimeout(() => process.exit(3), 20);`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url, SPOOL: dir });
    expect(await child.ended).toMatchObject({ code: 3, stderr: '' });
    expect(server.seen).toEqual([]);
    const { client } = testClient(server.url, { spool: { dir } });
    expect(await client.close()).toMatchObject({ delivered: 7 });
  });

  it('with process.exit() in its first moment too', async () => {
    const server = await fakeServer();
    const dir = spoolDir();
    const program = `${start('spool: { dir: process.env.SPOOL }')} log(7); process.exit(0);`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url, SPOOL: dir });
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
    const { client } = testClient(server.url, { spool: { dir } });
    expect(await client.close()).toMatchObject({ delivered: 7 });
  });

  it('with process.exit() in a handler that is told of trouble ends, and the spool has it all', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 401 };
    const dir = spoolDir();
    const options = 'spool: { dir: process.env.SPOOL }, onError: () => process.exit(9)';
    const child = installed.run(`${start(options)} log(7); void client.flush();`, 'mjs', {
      PLUMBLINE_URL: server.url,
      SPOOL: dir,
    });
    expect(await child.ended).toMatchObject({ code: 9 });
    server.otherwise = 'accept';
    const { client } = testClient(server.url, { spool: { dir } });
    expect(await client.close()).toMatchObject({ delivered: 7 });
  });

  it('with an uncaught exception fails as it would, and the spool has it all', async () => {
    const server = await fakeServer();
    const dir = spoolDir();
    const program = `${start('spool: { dir: process.env.SPOOL }')} log(7); setTimeout(() => { throw new Error('mine'); });`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url, SPOOL: dir });
    const { code, stderr } = await child.ended;
    expect([code, stderr.includes('Error: mine')]).toEqual([1, true]);
    const { client } = testClient(server.url, { spool: { dir } });
    expect(await client.close()).toMatchObject({ delivered: 7 });
  });

  it('with process.exit() and no spool says what is lost', async () => {
    const child = installed.run(`${start()} log(7); process.exit(0);`, 'mjs', { PLUMBLINE_URL: 'http://127.0.0.1:9' });
    expect((await child.ended).stderr).toContain('closed: 7 events were not delivered');
  });
});

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: events are delivered, then it does what it always does',
    async (signal) => {
      const server = await fakeServer();
      const child = installed.run(`${start()} log(3); ${stayAlive}`, 'mjs', { PLUMBLINE_URL: server.url });
      await child.prints('ready');
      child.process.kill(signal);
      expect(await child.ended).toMatchObject({ code: null, signal });
      expect(server.events).toHaveLength(3);
    },
  );

  it('while the server is away ends the process all the same, with everything on disk', async () => {
    const server = await fakeServer();
    server.otherwise = 'reset';
    const dir = spoolDir();
    const child = installed.run(`${start('spool: { dir: process.env.SPOOL }')} log(30); ${stayAlive}`, 'mjs', {
      PLUMBLINE_URL: server.url,
      SPOOL: dir,
    });
    await child.prints('ready');
    child.process.kill('SIGTERM');
    const { signal, stderr } = await child.ended;
    expect([signal, stderr.includes('closed')]).toEqual(['SIGTERM', false]);
    server.otherwise = 'accept';
    const { client } = testClient(server.url, { spool: { dir } });
    expect(await client.close()).toEqual({ delivered: 30, rejected: 0, pending: 0 });
  });

  it('is one for all clients, of both module systems', async () => {
    const server = await fakeServer();
    const program = `${start()}
      import { createRequire } from 'node:module';
      const { Plumbline: Other } = createRequire(import.meta.url)('@plumbline/sdk');
      if (Other === Plumbline) throw new Error('one copy');
      const others = [new Other({ model: 'a' }), new Plumbline({ model: 'b' })];
      for (const other of others) other.logPrediction({ features: {}, prediction: { score: 1 } });
      log();
      console.log(process.listenerCount('SIGTERM') + ' listener');
      ${stayAlive}`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url });
    await child.prints('1 listener');
    await child.prints('ready');
    child.process.kill('SIGTERM');
    expect(await child.ended).toMatchObject({ signal: 'SIGTERM' });
    expect(server.events.map((event) => event.model).toSorted()).toEqual(['a', 'b', 'fraud']);
  });

  it.each([
    ['before us', 'once', true],
    ['after us', 'on', false],
  ])('is left to the application that listens %s', async (_, method, first) => {
    const server = await fakeServer();
    const listen = `process.${method}('SIGTERM', async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      log();
      console.log(JSON.stringify(await client.close()));
      process.exit(5);
    });`;
    const program = `import process from 'node:process'; ${first ? listen : ''} ${start().replace('const client', 'var client')}
      log(); ${first ? '' : listen} ${stayAlive}`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url });
    await child.prints('ready');
    child.process.kill('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 5, signal: null });
    expect(server.events).toHaveLength(2);
  });

  it('is not waited out: the second one ends the process at once', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const child = installed.run(`${start('onError: () => {}')} log(); ${stayAlive}`, 'mjs', {
      PLUMBLINE_URL: server.url,
    });
    await child.prints('ready');
    child.process.kill('SIGINT');
    await server.until(() => server.seen.length === 1);
    const begin = performance.now();
    child.process.kill('SIGINT');
    expect(await child.ended).toMatchObject({ signal: 'SIGINT' });
    expect(performance.now() - begin).toBeLessThan(4000); // of the 5 s that one alone would take
  });

  it('is not swallowed together with the package signal-exit, which also waits to be alone', async () => {
    const server = await fakeServer();
    const signalExit = `
      const emitter = { count: 1 };
      globalThis[Symbol.for('signal-exit emitter')] = emitter;
      const listener = () => {
        if (process.listeners('SIGTERM').length !== emitter.count) return;
        process.removeListener('SIGTERM', listener);
        process.kill(process.pid, 'SIGTERM');
      };
      process.on('SIGTERM', listener);`;
    const child = installed.run(`${start()} ${signalExit} log(); ${stayAlive}`, 'mjs', { PLUMBLINE_URL: server.url });
    await child.prints('ready');
    child.process.kill('SIGTERM');
    expect(await child.ended).toMatchObject({ signal: 'SIGTERM' });
    expect(server.events).toHaveLength(1);
  });

  it('is none of our business with shutdownSignals: false', async () => {
    const program = `
      const count = () => ['SIGTERM', 'SIGINT', 'beforeExit', 'exit'].map((name) => process.listenerCount(name)).join();
      const before = count();
      ${start('shutdownSignals: false').replace('import', 'const').replace("from '@plumbline/sdk'", "= await import('@plumbline/sdk')")}
      log();
      console.log(before === count());`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: 'http://127.0.0.1:9' });
    expect(await child.ended).toMatchObject({ code: 0, stdout: 'true\n' });
  });
});

describe('a crash', () => {
  it('loses nothing that was in a batch: the next process delivers it', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const dir = spoolDir();
    const program = `${start('spool: { dir: process.env.SPOOL }, batchSize: 100')}
      log(1000);
      const look = setInterval(() => {
        if (client.stats().spooled < 1000) return;
        clearInterval(look);
        ${stayAlive}
      }, 5);`;
    const child = installed.run(program, 'mjs', { PLUMBLINE_URL: server.url, SPOOL: dir });
    await child.prints('ready');
    child.process.kill('SIGKILL');
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });

    server.otherwise = 'accept';
    const { client } = testClient(server.url, { spool: { dir } });
    expect(await client.close()).toEqual({ delivered: 1000, rejected: 0, pending: 0 });
    expect(server.events.map((event) => (event.features as { i: number }).i).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  it('of one of two that share a spool: only its own is taken over, the other delivers for itself', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const dir = spoolDir();
    const program = (who: string) => `${start('spool: { dir: process.env.SPOOL }, batchSize: 10')}
      for (let i = 0; i < 50; i++) client.logPrediction({ id: '${who}' + i, features: {}, prediction: { score: 0.5 } });
      const look = setInterval(() => {
        if (client.stats().spooled < 50) return;
        clearInterval(look);
        ${stayAlive}
      }, 5);`;
    const env = { PLUMBLINE_URL: server.url, SPOOL: dir };
    const [dead, alive] = [installed.run(program('dead'), 'mjs', env), installed.run(program('alive'), 'mjs', env)];
    await Promise.all([dead.prints('ready'), alive.prints('ready')]);
    dead.process.kill('SIGKILL');
    await dead.ended;

    server.otherwise = ({ events }) => (events[0]?.prediction_id.startsWith('dead') ? 'accept' : 'hang');
    const { client } = testClient(server.url, { spool: { dir } });
    expect(await client.close()).toEqual({ delivered: 50, rejected: 0, pending: 0 });
    expect(server.events.every(({ prediction_id }) => prediction_id.startsWith('dead'))).toBe(true);

    server.otherwise = 'accept';
    alive.process.kill('SIGTERM');
    expect(await alive.ended).toMatchObject({ signal: 'SIGTERM' });
    const { client: next } = testClient(server.url, { spool: { dir } });
    await next.close();
    expect(server.events).toHaveLength(100);
    expect(readdirSync(dir)).toEqual([]);
  });
});
