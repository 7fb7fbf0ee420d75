import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  StandardSchemaValidationPipe,
} from '@nestjs/common';
import type { Logger } from '@plumbline/config';
import { type ErrorCode, PlumblineError } from '@plumbline/contracts';
import type { FastifyReply } from 'fastify';

/** Every error leaves as RFC 9457 problem JSON; what we did not foresee is logged whole and told as little as possible. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    sendProblem(reply, toProblem(error), this.log);
  }
}

export function sendProblem(reply: FastifyReply, problem: PlumblineError, log: Logger): void {
  if (problem.status >= 500) log.error({ err: problem.more.cause ?? problem, code: problem.code }, problem.detail);
  if (reply.sent) return;
  if (problem.more.retryAfterS !== undefined) reply.header('retry-after', String(problem.more.retryAfterS));
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.toProblem()));
}

const BY_STATUS: Record<number, ErrorCode> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'overloaded',
};
const AWAY =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|Connection terminated|terminating connection|connection error and is not queryable|the database system is|timeout exceeded when trying to connect|Query read timeout|embedded PostgreSQL has ended/;

/** SQLSTATEs of U+0000, which PostgreSQL does not know: in a text and in JSON; and of JSON that is none, such as with half a surrogate pair. */
const NULL_CHARACTER = ['22021', '22P05'];
const NO_JSON = '22P02';
function cannotBeKept(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', detail = '' } = error as { code?: string; detail?: string };
  return NULL_CHARACTER.includes(code) || (code === NO_JSON && /surrogate/i.test(detail)) || cannotBeKept(error.cause);
}

/** What an error and its causes say, with their codes. */
const said = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code, cause } = error as Error & { code?: string };
  return `${error.message} ${code ?? ''} ${cause ? said(cause) : ''}`;
};

export function toProblem(error: unknown): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const status =
    error instanceof HttpException ? error.getStatus() : ((error as { statusCode?: number })?.statusCode ?? 500);
  const code = BY_STATUS[status];
  const message = error instanceof Error ? error.message : String(error);
  if (code) return new PlumblineError(code, message, { cause: error });
  if (cannotBeKept(error))
    return new PlumblineError(
      'invalid_request',
      'A text of the request holds the character U+0000, or half a surrogate pair, which cannot be kept or looked up. Send it without.',
      { cause: error },
    );
  if (AWAY.test(said(error)))
    return new PlumblineError('store_unavailable', 'PostgreSQL cannot be reached. Try again shortly.', {
      cause: error,
      retryAfterS: 2,
    });
  return new PlumblineError('internal', 'Something went wrong here; the log of the server has the reason.', {
    cause: error,
  });
}

/** Bodies, queries and parameters with a schema are parsed by it; every mistake is told at once. */
export const validation = () =>
  new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => {
      const errors = issues.slice(0, 50).map((i) => ({
        path: (i.path ?? []).map((p) => String(typeof p === 'object' ? p.key : p)).join('.'),
        message: i.message,
      }));
      const detail = errors
        .slice(0, 3)
        .map((e) => (e.path ? `${e.path}: ${e.message}` : e.message))
        .join('; ');
      return new PlumblineError('invalid_request', detail || 'The request is not valid.', { errors });
    },
  });
