import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  acceptInvitation,
  attempt,
  describeSession,
  emailOfReset,
  resetPassword,
  showInvitation,
  signIn,
} from '@plumbline/access';
import { invitationShown, joinBody, resetBody, sessionView, tokenBody } from '@plumbline/contracts';
import { assertOwnPages, CONTEXT, type Context } from '@plumbline/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { letIn } from './cookies.js';

/** What the holder of a link may do who is not signed in: join, or set a new password. Both sign in. */
@ApiTags('Session')
@Controller('v1')
export class LinksController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('join/show')
  @HttpCode(200)
  @ApiOperation({ summary: 'What an invitation is for' })
  @ApiBody({ standardSchema: tokenBody } as never)
  @ApiResponse({ status: 200, standardSchema: invitationShown })
  show(@Body({ schema: tokenBody }) { token }: z.infer<typeof tokenBody>) {
    return showInvitation(this.context.control.db, token, Date.now());
  }

  @Post('join')
  @HttpCode(200)
  @ApiOperation({ summary: 'Accept an invitation, and sign in' })
  @ApiBody({ standardSchema: joinBody } as never)
  @ApiResponse({ status: 200, standardSchema: sessionView })
  async join(
    @Body({ schema: joinBody }) body: z.infer<typeof joinBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    assertOwnPages(request);
    const { auth, control } = this.context;
    let cookies: string[] | undefined;
    const joined = await acceptInvitation(control.db, body, Date.now(), async (account) => {
      cookies = await attempt(control.db, { account, address: request.ip }, Date.now(), () =>
        signIn(auth, account, body.password),
      );
    });
    cookies ??= await signIn(auth, joined.email, body.password);
    const who = await letIn(this.context, reply, cookies, joined.projectId);
    return describeSession(control.db, who);
  }

  @Post('reset')
  @HttpCode(200)
  @ApiOperation({ summary: 'Set a new password by the link of an admin, and sign in; earlier sessions end' })
  @ApiBody({ standardSchema: resetBody } as never)
  @ApiResponse({ status: 200, standardSchema: sessionView })
  async reset(
    @Body({ schema: resetBody }) { token, password }: z.infer<typeof resetBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    assertOwnPages(request);
    const { auth, control } = this.context;
    const email = await emailOfReset(auth, token);
    await resetPassword(auth, token, password);
    const who = await letIn(this.context, reply, await signIn(auth, email, password));
    return describeSession(control.db, who);
  }
}
