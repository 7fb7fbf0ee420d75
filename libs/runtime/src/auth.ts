import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { authorize, requireScope } from '@plumbline/access';
import { PlumblineError, type Principal, type Scope } from '@plumbline/contracts';
import type { FastifyRequest } from 'fastify';
import { CONTEXT, type Context } from './context.js';
import { readSession, SESSION_COOKIE } from './session.js';

const SCOPE = 'plumbline.scope';
type Request = FastifyRequest & { principal?: Principal; cookies?: Record<string, string | undefined> };

/** The scope that a route needs; without it a route is open. */
export const Needs = (scope: Scope) => SetMetadata(SCOPE, scope);

/** Who is asking, on a route with `Needs`. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<Request>();
  if (!principal) throw new PlumblineError('unauthenticated', 'Send a key: Authorization: Bearer <key>.');
  return principal;
});

/** Lets in who has the scope: by key, or by the console's session cookie. */
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
    const request = execution.switchToHttp().getRequest<Request>();
    const cookie = request.headers.authorization ? undefined : request.cookies?.[SESSION_COOKIE];
    request.principal = cookie
      ? await this.fromSession(request, cookie, scope)
      : await authorize(this.context.keys, request.headers.authorization, scope);
    return true;
  }

  /** The cookie is SameSite=Strict; what changes something must also come from our own pages. */
  private async fromSession(request: Request, cookie: string, scope: Scope): Promise<Principal> {
    const principal = await readSession(this.context, cookie);
    if (!principal) throw new PlumblineError('unauthenticated', 'The session has ended. Sign in again.');
    if (request.method !== 'GET' && !sameOrigin(request))
      throw new PlumblineError('forbidden', 'The request came from another site.');
    requireScope(principal, scope);
    return principal;
  }
}

function sameOrigin(request: Request): boolean {
  const { origin, host, 'x-forwarded-host': forwarded } = request.headers;
  if (!origin)
    return request.headers['sec-fetch-site'] === undefined || request.headers['sec-fetch-site'] === 'same-origin';
  if (!URL.canParse(origin)) return false;
  return [host, forwarded].includes(new URL(origin).host);
}
