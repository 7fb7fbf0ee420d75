export { classify, type Exchange, type PostResult, parseRetryAfter } from './classify.js';
export { type DeliverDeps, deliver } from './deliver.js';
export { checkTarget, cidrs, isAllowed, type Resolver, type Target, TargetRefused } from './guard.js';
export { type Post, type PostOptions, post } from './post.js';
export { redact } from './redact.js';
export {
  afterFailure,
  type Bucket,
  GIVE_UP_AFTER_MS,
  nextAttemptAt,
  RATE_LIMITS,
  type RateLimit,
  type Retry,
  take,
} from './schedule.js';
