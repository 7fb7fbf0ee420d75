import { z } from 'zod';

/** The closed list of error codes. The HTTP status and the title belong to the code. */
export const ERRORS = {
  invalid_body: [400, 'The body is not readable'],
  invalid_request: [400, 'The request is not valid'],
  range_too_large: [400, 'The range has too many windows'],
  unauthenticated: [401, 'Signing in is needed'],
  forbidden: [403, 'This is not allowed'],
  not_found: [404, 'Not found'],
  conflict: [409, 'The state does not allow this'],
  too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The content type or encoding is not supported'],
  overloaded: [429, 'Too many events at once'],
  too_many_attempts: [429, 'Too many attempts'],
  query_too_heavy: [503, 'The question took too long'],
  store_unavailable: [503, 'A store cannot be reached'],
  store_full: [507, 'The disk of a store is full'],
  internal: [500, 'Something went wrong here'],
} as const satisfies Record<string, readonly [number, string]>;
export type ErrorCode = keyof typeof ERRORS;

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

/** The one error that crosses layers: it knows how it is answered. `detail` says what to do next. */
export class PlumblineError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly more: { errors?: { path: string; message: string }[]; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: more.cause });
    this.name = 'PlumblineError';
  }
  get status(): number {
    return ERRORS[this.code][0];
  }
  toProblem(): Problem {
    const [status, title] = ERRORS[this.code];
    return {
      type: `urn:plumbline:error:${this.code}`,
      title,
      status,
      detail: this.detail,
      code: this.code,
      errors: this.more.errors,
    };
  }
}

export const notFound = (what: string, id: string) =>
  new PlumblineError('not_found', `There is no ${what} '${id.slice(0, 200)}' in this project.`);

/** Parses or throws `invalid_request` with every mistake at once. */
export function parseWith<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, 50).map((i) => ({ path: i.path.join('.'), message: i.message }));
  throw new PlumblineError(
    'invalid_request',
    errors
      .map((e) => (e.path ? `${e.path}: ${e.message}` : e.message))
      .slice(0, 3)
      .join('; '),
    { errors },
  );
}
