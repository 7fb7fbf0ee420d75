import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  anyPeople,
  attempt,
  changePassword,
  describeSession,
  record,
  type SignedIn,
  signIn,
  signOut,
  sweepSessions,
  switchProject,
} from '@plumbline/access';
import {
  PlumblineError,
  type Principal,
  passwordBody,
  sessionBody,
  sessionChange,
  sessionView,
  signInWays,
} from '@plumbline/contracts';
import {
  assertOwnPages,
  CONTEXT,
  type Context,
  Needs,
  personOf,
  redeemToken,
  sendCookies,
  Who,
} from '@plumbline/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { forget, letIn, letInByKey } from './cookies.js';

/** Signing in to the console: a password, a key, or the link printed at start, becomes an http-only cookie. */
@ApiTags('Session')
@Controller('v1/session')
export class SessionController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in: email and password, a key, or the link printed at start become a cookie' })
  @ApiBody({ standardSchema: sessionBody } as never)
  @ApiResponse({ status: 200, standardSchema: sessionView })
  async open(
    @Body({ schema: sessionBody }) given: z.infer<typeof sessionBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    assertOwnPages(request);
    const { auth, control } = this.context;
    await sweepSessions(control.db, Date.now());
    const account = 'email' in given ? given.email.trim().toLowerCase() : undefined;
    return attempt(control.db, { account, address: request.ip }, Date.now(), async () => {
      if (!('email' in given)) return this.openByKey(given, reply);
      const who = await letIn(this.context, reply, await signIn(auth, account!, given.password));
      await record(control.db, who, 'session.open', who.keyId);
      return describeSession(control.db, who);
    });
  }

  private async openByKey(given: { key: string } | { token: string }, reply: FastifyReply) {
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
    letInByKey(this.context, reply, principal.keyId);
    return describeSession(this.context.control.db, principal);
  }

  @Get('ways')
  @ApiOperation({ summary: 'How one may sign in here' })
  @ApiResponse({ status: 200, standardSchema: signInWays })
  async ways() {
    return { password: await anyPeople(this.context.control.db), key: true };
  }

  @Get()
  @Needs('read')
  @ApiSecurity('key')
  @ApiOperation({ summary: 'Who is asking, and what they may do' })
  @ApiResponse({ status: 200, standardSchema: sessionView })
  get(@Who() who: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    void reply.header('cache-control', 'no-store');
    return describeSession(this.context.control.db, who);
  }

  @Put()
  @Needs('read')
  @ApiSecurity('key')
  @ApiOperation({ summary: 'Look at another project of which the person is a member' })
  @ApiBody({ standardSchema: sessionChange } as never)
  @ApiResponse({ status: 200, standardSchema: sessionView })
  async switch(@Body({ schema: sessionChange }) body: z.infer<typeof sessionChange>, @Req() request: FastifyRequest) {
    await switchProject(this.context.control.db, await this.person(request), body.project);
    return describeSession(this.context.control.db, (await this.person(request)).principal);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  async close(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    assertOwnPages(request);
    const found = await personOf(this.context, request);
    if (found) await signOut(this.context.control.db, found, false);
    forget(this.context, reply);
  }

  @Delete('everywhere')
  @HttpCode(204)
  @Needs('read')
  @ApiSecurity('key')
  @ApiOperation({ summary: 'End every session of the person, this one too' })
  async closeAll(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const found = await this.person(request);
    await signOut(this.context.control.db, found, true);
    await record(this.context.control.db, found.principal, 'session.close_all', found.principal.keyId);
    await this.changed(found.principal);
    forget(this.context, reply);
  }

  @Post('password')
  @HttpCode(204)
  @Needs('read')
  @ApiSecurity('key')
  @ApiOperation({ summary: 'Change the own password; every other session of the person ends' })
  @ApiBody({ standardSchema: passwordBody } as never)
  async password(
    @Body({ schema: passwordBody }) body: z.infer<typeof passwordBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { auth, control } = this.context;
    const { principal } = await this.person(request);
    const account = principal.person!.email;
    const cookies = await attempt(control.db, { account, address: request.ip }, Date.now(), () =>
      changePassword(auth, request.headers.cookie ?? '', body.current, body.password),
    );
    sendCookies(reply, cookies);
    await record(control.db, principal, 'person.password', principal.keyId);
    await this.changed(principal);
  }

  private async person(request: FastifyRequest): Promise<SignedIn> {
    const found = request.headers.authorization ? null : await personOf(this.context, request);
    if (!found) throw new PlumblineError('forbidden', 'This is for people who signed in with email and password.');
    return found;
  }

  /** Streams that stay open look again who they belong to. */
  private changed = (who: Principal) =>
    this.context.live.publish({ projectId: who.projectId, type: 'access', model: '' });
}
