import { now } from './runtime.js';
import type { PredictionInput, PredictionValue, Time } from './types.js';

export interface MonitorOptions<Args extends readonly unknown[], Result> {
  /** Default: those of the client. */
  model?: string;
  version?: string;
  /** Model inputs from the arguments; called before the function runs. */
  toFeatures: (...args: Args) => object;
  /** What to log from the result; `undefined` logs nothing. */
  toPrediction: (result: Result, ...args: Args) => PredictionValue | undefined;
  tags?: PredictionInput['tags'] | ((...args: Args) => PredictionInput['tags']);
  /** Default: a new id. Give one if outcomes must find their prediction. */
  toPredictionId?: (result: Result, ...args: Args) => string | undefined;
}

// biome-ignore lint/complexity/noBannedTypes: stands for any function, the caller's type is kept
type AnyFunction = Function & ((...args: never[]) => unknown);

/** What a call comes to: the value of a promise, the list of what a generator yields. */
export type MonitorResult<Returned> = Returned extends AsyncGenerator<infer Item> | Generator<infer Item>
  ? Item[]
  : Awaited<Returned>;

/**
 * The same function, which also logs its input, output and latency. Result, error, `this`, properties and timing stay as they
 * are: an asynchronous function still rejects as before, and what it throws is not logged, since no prediction was made.
 */
export function monitored<F extends AnyFunction>(
  fn: F,
  options: MonitorOptions<Parameters<F>, MonitorResult<ReturnType<F>>>,
  log: (input: PredictionInput) => void,
  onError: (error: unknown) => void,
): F {
  type Args = Parameters<F>;
  type Result = MonitorResult<ReturnType<F>>;

  const guarded = (run: () => void) => {
    try {
      run();
    } catch (error) {
      onError(error);
    }
  };

  const call = (target: F, self: unknown, args: Args): unknown => {
    const ts: Time = Date.now();
    let features: object | undefined;
    guarded(() => {
      const given = options.toFeatures(...args);
      features = given instanceof Map ? new Map(given) : { ...given }; // the function may change its arguments
    });
    const begin = now();
    const record = (result: Result) =>
      guarded(() => {
        const latencyMs = now() - begin;
        if (features === undefined) return; // told already
        const prediction = options.toPrediction(result, ...args);
        if (prediction === undefined) return;
        const { model, version, tags } = options;
        const predictionId = options.toPredictionId?.(result, ...args);
        const tagged = typeof tags === 'function' ? tags(...args) : tags;
        log({ model, version, predictionId, ts, features, prediction, tags: tagged, latencyMs });
      });

    const result: unknown = Reflect.apply(target, self, args);
    switch (Object.prototype.toString.call(result)) {
      // Not any thenable: some, like query builders, start their work when `then` is called.
      case '[object Promise]':
        return observed(result as Promise<Result>, record);
      case '[object Generator]':
        return tapped(result as Generator, record as (items: unknown[]) => void);
      case '[object AsyncGenerator]':
        return tappedAsync(result as AsyncGenerator, record as (items: unknown[]) => void);
      default:
        record(result as Result);
        return result;
    }
  };

  return new Proxy(fn, { apply: call });
}

function observed<Value>(promise: Promise<Value>, record: (value: Value) => void): Promise<Value> {
  if (promise.constructor !== Promise) {
    // Clients of model providers return promises with methods of their own: those have to come back as they are.
    promise.then(record, () => undefined);
    return promise;
  }
  // The derived promise is returned, so that a rejection nobody handles is still reported as such.
  return promise.then((value) => {
    record(value);
    return value;
  });
}

/** Passes everything on and keeps what is yielded until the end, or until the consumer has had enough. */
function* tapped(generator: Generator, record: (items: unknown[]) => void): Generator {
  const items: unknown[] = [];
  const note = (step: IteratorResult<unknown>) => {
    if (step.done) record(items);
    else items.push(step.value);
    return step;
  };
  return yield* {
    [Symbol.iterator]: () => ({
      next: (sent: unknown) => note(generator.next(sent)),
      return: (value: unknown) => note(generator.return(value)),
      throw: (error: unknown) => note(generator.throw(error)),
    }),
  };
}

async function* tappedAsync(generator: AsyncGenerator, record: (items: unknown[]) => void): AsyncGenerator {
  const items: unknown[] = [];
  const note = (step: IteratorResult<unknown>) => {
    if (step.done) record(items);
    else items.push(step.value);
    return step;
  };
  return yield* {
    [Symbol.asyncIterator]: () => ({
      next: async (sent: unknown) => note(await generator.next(sent)),
      return: async (value: unknown) => note(await generator.return(value)),
      throw: async (error: unknown) => note(await generator.throw(error)),
    }),
  };
}
