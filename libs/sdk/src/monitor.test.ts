import { describe, expect, it } from 'vitest';
import { fakeServer, prediction, testClient } from './testing/harness.js';

interface Applicant {
  age: number;
  income?: number;
}

const options = {
  toFeatures: (applicant: Applicant) => applicant,
  toPrediction: (score: number) => ({ score }),
};

describe('monitor', () => {
  it('logs input, output and latency of a synchronous function', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    const predict = client.monitor((applicant: Applicant) => applicant.age / 100, {
      ...options,
      model: 'credit',
      version: 'v2',
      tags: { channel: 'web' },
    });
    expect(predict({ age: 31 })).toBe(0.31);
    await client.flush();
    expect(server.events).toMatchObject([
      {
        model: 'credit',
        version: 'v2',
        features: { age: 31 },
        prediction: { score: 0.31 },
        tags: { channel: 'web' },
        latency_ms: expect.any(Number),
      },
    ]);
  });

  it('logs what an asynchronous function gave in the end', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    const predict = client.monitor(async (applicant: Applicant) => applicant.age / 100, {
      ...options,
      tags: (applicant) => ({ old: String(applicant.age > 60) }),
      toPredictionId: (score, applicant) => `${applicant.age}-${score}`,
    });
    const pending = predict({ age: 62 });
    expect(pending).toBeInstanceOf(Promise);
    expect(await pending).toBe(0.62);
    await client.flush();
    expect(server.events).toMatchObject([{ prediction_id: '62-0.62', tags: { old: 'true' } }]);
  });

  it('takes the features as they were before the call', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    const predict = client.monitor((applicant: Applicant) => {
      applicant.age = -1;
      return 0.5;
    }, options);
    predict({ age: 31 });
    await client.flush();
    expect(server.events[0]?.features).toEqual({ age: 31 });
  });

  it('passes on what the function throws, the same object, and logs nothing', async () => {
    const { client } = testClient('http://127.0.0.1:1');
    const error = new Error('no model');
    const sync = client.monitor((_: Applicant): number => {
      throw error;
    }, options);
    const async = client.monitor(async (_: Applicant): Promise<number> => {
      throw error;
    }, options);
    expect(() => sync({ age: 1 })).toThrow(error);
    await expect(async({ age: 1 })).rejects.toBe(error);
    expect(client.stats()).toMatchObject({ queued: 0, errors: 0 });
  });

  it('keeps this, name and length', () => {
    const { client } = testClient('http://127.0.0.1:1');
    class Model {
      bias = 0.25;
      predict(applicant: Applicant) {
        return this.bias + applicant.age / 100;
      }
    }
    const model = new Model();
    model.predict = client.monitor(model.predict, options);
    expect(model.predict({ age: 50 })).toBe(0.75);
    expect([model.predict.name, model.predict.length]).toEqual(['predict', 1]);
  });

  it('keeps properties, prototype and new', () => {
    const { client } = testClient('http://127.0.0.1:1');
    const predict = Object.assign((applicant: Applicant) => applicant.age, { modelName: 'm7', batch: () => [1] });
    const monitored = client.monitor(predict, options);
    expect([monitored.modelName, monitored.batch(), Object.keys(monitored)]).toEqual([
      'm7',
      [1],
      ['modelName', 'batch'],
    ]);
    class Model {
      age = 5;
    }
    const Monitored = client.monitor(Model as unknown as (a: Applicant) => number, options) as unknown as typeof Model;
    expect(new Monitored()).toBeInstanceOf(Model);
  });

  it('logs a generator when it has ended, with all that it yielded', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    const seen: string[][] = [];
    const watched = {
      toFeatures: (prompt: string) => ({ prompt }),
      toPrediction: (tokens: string[]) => {
        seen.push(tokens);
        return { class: tokens.join(' ') };
      },
    };
    const sync = client.monitor(function* (prompt: string): Generator<string, number, string | undefined> {
      const more = yield prompt;
      yield more ?? 'b';
      return 7;
    }, watched);
    const stream = sync('a');
    expect(seen).toEqual([]);
    expect([stream.next(), stream.next('sent'), stream.next()]).toEqual([
      { value: 'a', done: false },
      { value: 'sent', done: false },
      { value: 7, done: true },
    ]);
    const async = client.monitor(async function* (prompt: string) {
      yield prompt;
      yield 'y';
      yield 'z';
    }, watched);
    for await (const token of async('x')) if (token === 'y') break;
    const failing = client.monitor(function* (_: string): Generator<string> {
      yield 'a';
      throw new Error('no more');
    }, watched);
    expect(() => [...failing('x')]).toThrow('no more');
    expect(seen).toEqual([
      ['a', 'sent'],
      ['x', 'y'],
    ]);
    await client.flush();
    expect(server.events).toMatchObject([{ prediction: { class: 'a sent' } }, { prediction: { class: 'x y' } }]);
  });

  it('returns promises with methods of their own as they are', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    class ApiPromise<T> extends Promise<T> {
      withResponse = () => 'response';
    }
    const made = new ApiPromise<number>((resolve) => resolve(0.5));
    const predict = client.monitor((_: Applicant) => made, options);
    expect(predict({ age: 1 })).toBe(made);
    expect(await made).toBe(0.5);
    expect(await client.flush()).toMatchObject({ delivered: 1 });
    const failed = ApiPromise.reject(new Error('no')) as ApiPromise<number>;
    await expect(client.monitor((_: Applicant) => failed, options)({ age: 1 })).rejects.toThrow('no');
    expect(client.stats()).toMatchObject({ accepted: 1, errors: 0 });
  });

  it('leaves what is no function alone, and tells', () => {
    const { client, codes } = testClient('http://127.0.0.1:1');
    expect(client.monitor(undefined as never, options)).toBeUndefined();
    expect(client.monitor((age: number) => age, undefined as never)(5)).toBe(5);
    expect(codes()).toEqual(['invalid_config', 'invalid_event']);
  });

  it.each(['toFeatures', 'toPrediction', 'tags', 'toPredictionId'] as const)(
    '%s may fail; the result does not',
    async (name) => {
      const { client, codes } = testClient('http://127.0.0.1:1');
      const broken = () => {
        throw new Error('broken');
      };
      const predict = client.monitor((applicant: Applicant) => applicant.age, { ...options, [name]: broken });
      expect(predict({ age: 31 })).toBe(31);
      expect(codes()).toEqual(['invalid_event']);
    },
  );

  it('logs nothing when there is nothing to say', () => {
    const { client } = testClient('http://127.0.0.1:1');
    client.monitor((x: number) => x, { toFeatures: () => ({}), toPrediction: () => undefined })(1);
    expect(client.stats()).toMatchObject({ queued: 0, errors: 0 });
    client.logPrediction(prediction());
  });

  it('does not start lazy thenables', () => {
    const { client } = testClient('http://127.0.0.1:1');
    let started = 0;
    // biome-ignore lint/suspicious/noThenProperty: a query builder looks like this
    const query = { then: () => started++ };
    const run = client.monitor(() => query, { toFeatures: () => ({}), toPrediction: () => undefined });
    expect(run()).toBe(query);
    expect(started).toBe(0);
  });
});
