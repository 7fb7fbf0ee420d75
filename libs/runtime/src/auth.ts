import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import { authorize, requireScope } from '@plumbline/access';
import { PlumblineError, type Principal, type Scope } from '@plumbline/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONTEXT, type Context } from './context.js';
import { fromOwnPages, isSafe } from './origin.js';
import { personOf, readSession, SESSION_COOKIE, sendCookies } from './session.js';

const SCOPE = 'plumbline.scope';
type Request = FastifyRequest & { principal?: Principal; cookies?: Record<string, string | undefined> };

/** The scope that a route needs, told in the OpenAPI document as well; without it a route is open. */
export const Needs = (scope: Scope) => applyDecorators(SetMetadata(SCOPE, scope), ApiExtension('x-scope', scope));

/** Who is asking, on a route with `Needs`. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<Request>();
  if (!principal) throw new PlumblineError('unauthenticated', 'Send a key: Authorization: Bearer <key>.');
  return principal;
});

/** Lets in who has the scope: by key, or by a session of the console. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONTEXT) private readonly context: Context,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(SCOPE, [
      execution.getHandler(),
      execution.getClass(),
    ]);
    if (!scope) return true;
    const http = execution.switchToHttp();
    const request = http.getRequest<Request>();
    request.principal =
      request.headers.authorization === undefined && hasSession(this.context, request)
        ? await this.fromSession(request, http.getResponse<FastifyReply>(), scope)
        : await authorize(this.context.keys, request.headers.authorization, scope);
    return true;
  }

  /** The cookies are SameSite=Strict; what changes something must also come from our own pages. */
  private async fromSession(request: Request, reply: FastifyReply, scope: Scope): Promise<Principal> {
    const found = await principalOfSession(this.context, request);
    if (!found) throw new PlumblineError('unauthenticated', 'The session has ended. Sign in again.');
    if (!isSafe(request.method)) assertOwnPages(request);
    requireScope(found.principal, scope);
    sendCookies(reply, found.cookies);
    return found.principal;
  }
}

const hasSession = (context: Context, request: Request): boolean =>
  request.cookies?.[context.personCookie] !== undefined || request.cookies?.[SESSION_COOKIE] !== undefined;

/** Whose session the cookies of a request are, a person's or a key's, and what they may do right now. */
async function principalOfSession(
  context: Context,
  request: Request,
): Promise<{ principal: Principal; cookies: string[] } | null> {
  if (request.cookies?.[context.personCookie] !== undefined) return personOf(context, request);
  const principal = await readSession(context, request.cookies?.[SESSION_COOKIE] ?? '');
  return principal && { principal, cookies: [] };
}

/** Who a request comes from as things are now; null if they may not come in any more. For what stays open. */
export async function principalOf(context: Context, request: Request): Promise<Principal | null> {
  const { authorization } = request.headers;
  if (authorization === undefined) return (await principalOfSession(context, request))?.principal ?? null;
  return context.keys.principal(authorization.replace(/^Bearer\s+/i, ''));
}

/** Refuses what another site made a browser send. */
export function assertOwnPages(request: FastifyRequest): void {
  if (!fromOwnPages(request.headers)) throw new PlumblineError('forbidden', 'The request came from another site.');
}
