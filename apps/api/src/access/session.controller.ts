import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PlumblineError, type Principal } from '@plumbline/contracts';
import { eq, projects } from '@plumbline/control';
import {
  CONTEXT,
  type Context,
  makeSession,
  Needs,
  redeemToken,
  SESSION_COOKIE,
  SESSION_MS,
  Who,
} from '@plumbline/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

const body = z.union([z.object({ key: z.string().min(1).max(500) }), z.object({ token: z.string().min(1).max(2000) })]);
type Reply = FastifyReply & {
  setCookie(name: string, value: string, options: object): Reply;
  clearCookie(name: string, options: object): Reply;
};

/** Signing in to the console: a key, or the link printed at start, becomes an http-only cookie. */
@ApiExcludeController()
@Controller('v1/session')
export class SessionController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post()
  @HttpCode(200)
  async open(
    @Body({ schema: body }) given: z.infer<typeof body>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const site = request.headers['sec-fetch-site'];
    if (site && site !== 'same-origin' && site !== 'none')
      throw new PlumblineError('forbidden', 'The request came from another site.');
    const principal =
      'key' in given
        ? await this.context.keys.principal(given.key)
        : ((await redeemToken(this.context, given.token))?.principal ?? null);
    if (!principal)
      throw new PlumblineError(
        'unauthenticated',
        'key' in given
          ? 'This key is not known, or was revoked.'
          : 'This link was used already or has expired. Sign in with a key.',
      );
    void reply.setCookie(SESSION_COOKIE, makeSession(this.context, principal.keyId), {
      httpOnly: true,
      sameSite: 'strict',
      secure: this.context.config.PLUMBLINE_SECURE_COOKIES,
      path: '/',
      maxAge: SESSION_MS / 1000,
    });
    return this.describe(principal);
  }

  @Get()
  @Needs('read')
  get(@Who() who: Principal) {
    return this.describe(who);
  }

  @Delete()
  @HttpCode(204)
  close(@Res({ passthrough: true }) reply: Reply) {
    void reply.clearCookie(SESSION_COOKIE, { path: '/' });
  }

  private async describe(who: Principal) {
    const [project] = await this.context.control.db
      .select({ name: projects.name })
      .from(projects)
      .where(eq(projects.id, who.projectId));
    return { name: who.name, scopes: who.scopes, project: project?.name ?? who.projectId };
  }
}
