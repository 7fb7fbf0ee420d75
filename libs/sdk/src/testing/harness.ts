import { afterEach } from 'vitest';
import { Plumbline } from '../client.js';
import type { Drop, PlumblineError, PlumblineOptions, PredictionInput, Rejection } from '../types.js';
import { FakeServer } from './fake-server.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function fakeServer(): Promise<FakeServer> {
  const server = await FakeServer.start();
  cleanups.push(() => server.stop());
  return server;
}

export interface TestClient {
  client: Plumbline;
  errors: PlumblineError[];
  codes: () => string[];
  drops: Drop[];
  rejections: Rejection[];
}

/** A client that retries at once, tells everything and is closed after the test. */
export function testClient(url: string | undefined, options: PlumblineOptions = {}): TestClient {
  const errors: PlumblineError[] = [];
  const drops: Drop[] = [];
  const rejections: Rejection[] = [];
  const client = new Plumbline({
    url,
    apiKey: 'key-of-16-letters',
    model: 'fraud',
    retryBaseMs: 1,
    retryCapMs: 2,
    shutdownSignals: false,
    onError: (error) => errors.push(error),
    onDrop: (drop) => drops.push(drop),
    onReject: (rejection) => rejections.push(rejection),
    ...options,
  });
  cleanups.push(() => client.close({ timeoutMs: 0 }));
  return { client, errors, codes: () => errors.map((error) => error.code), drops, rejections };
}

/** A small valid prediction. */
export function prediction(overrides: Partial<PredictionInput> = {}): PredictionInput {
  return { features: { age: 31, country: 'BR' }, prediction: { score: 0.93 }, ...overrides };
}
