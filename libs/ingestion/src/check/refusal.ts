import type { Config } from '@plumbline/config';
import type { RejectionCode } from '@plumbline/contracts';

/** Why one event is not taken. Thrown by the checks and caught per event; the message tells the sender what to change. */
export class Refusal extends Error {
  constructor(
    readonly code: RejectionCode,
    message: string,
  ) {
    super(message);
  }
}
export const refuse = (code: RejectionCode, message: string): never => {
  throw new Refusal(code, message);
};

export type Limits = { featuresMax: number; textMax: number; futureMsMax: number };
export const limitsOf = (config: Config): Limits => ({
  featuresMax: config.PLUMBLINE_FEATURES_MAX,
  textMax: config.PLUMBLINE_TEXT_MAX,
  futureMsMax: config.PLUMBLINE_FUTURE_MS_MAX,
});
export const ID_MAX = 128;
export const NAME_MAX = 256;
export const DEPTH_MAX = 8;
export const VECTOR_MAX = 16_384;
