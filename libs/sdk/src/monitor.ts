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

/**
 * The same function, which also logs its input, output and latency. Result, error, `this`, name and timing stay as they are: an
 * asynchronous function still rejects as before, and what it throws is not logged, since no prediction was made.
 */
export function monitored<F extends AnyFunction>(
  fn: F,
  options: MonitorOptions<Parameters<F>, Awaited<ReturnType<F>>>,
  log: (input: PredictionInput) => void,
  onError: (error: unknown) => void,
): F {
  type Args = Parameters<F>;
  type Result = Awaited<ReturnType<F>>;

  const guarded = (run: () => void) => {
    try {
      run();
    } catch (error) {
      onError(error);
    }
  };

  function wrapper(this: unknown, ...args: Args): unknown {
    const ts: Time = Date.now();
    let features: object | undefined;
    guarded(() => {
      features = { ...options.toFeatures(...args) }; // the function may change its arguments
    });
    const begin = now();
    const record = (result: Result) =>
      guarded(() => {
        const latencyMs = now() - begin;
        const prediction = options.toPrediction(result, ...args);
        if (prediction === undefined || features === undefined) return;
        const { model, version, tags } = options;
        const predictionId = options.toPredictionId?.(result, ...args);
        const tagged = typeof tags === 'function' ? tags(...args) : tags;
        log({ model, version, predictionId, ts, features, prediction, tags: tagged, latencyMs });
      });

    const result: unknown = Reflect.apply(fn, this, args);
    // Not any thenable: some, like query builders, start their work when `then` is called.
    if (Object.prototype.toString.call(result) !== '[object Promise]') {
      record(result as Result);
      return result;
    }
    // The derived promise is returned, so that a rejection nobody handles is still reported as such.
    return (result as Promise<Result>).then((value) => {
      record(value);
      return value;
    });
  }

  guarded(() => {
    Object.defineProperties(wrapper, {
      name: { value: fn.name, configurable: true },
      length: { value: fn.length, configurable: true },
    });
  });
  return wrapper as unknown as F;
}
