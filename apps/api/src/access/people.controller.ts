import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  addPerson,
  assertMayReset,
  changePerson,
  forgetFailures,
  getPerson,
  hashPassword,
  invite,
  listInvitations,
  listPeople,
  makeReset,
  record,
  removePerson,
  withdraw,
} from '@plumbline/access';
import {
  invitationBody,
  invitationMade,
  invitationView,
  notFound,
  type Principal,
  page,
  pageOf,
  personBody,
  personChange,
  personView,
  resetMade,
} from '@plumbline/contracts';
import { CONTEXT, type Context, consoleUrl, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';

type PageQuery = z.infer<typeof page>;

@ApiTags('People')
@ApiSecurity('key')
@Controller('v1')
@Needs('admin')
export class PeopleController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('people')
  @Needs('read')
  @ApiOperation({ summary: 'List the people of the project' })
  @ApiResponse({ status: 200, standardSchema: pageOf(personView) })
  people(@Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    return listPeople(this.context.control.db, who.projectId, q.limit, q.cursor);
  }

  @Post('people')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Make an account with a password',
    description:
      'For the first admin and for scripts; others are better invited, so that nobody else knows their password.',
  })
  @ApiBody({ standardSchema: personBody } as never)
  @ApiResponse({ status: 201, standardSchema: personView })
  async add(@Body({ schema: personBody }) body: z.infer<typeof personBody>, @Who() who: Principal) {
    const { password, ...person } = body;
    const hash = await hashPassword(password);
    return this.context.control.db.transaction(async (tx) => {
      const view = await addPerson(tx, who.projectId, { ...person, hash });
      await record(tx, who, 'person.create', view.id, { name: view.name, email: view.email, role: view.role });
      return view;
    });
  }

  @Get('people/:id')
  @Needs('read')
  @ApiOperation({ summary: 'One person' })
  @ApiResponse({ status: 200, standardSchema: personView })
  person(@Param('id') id: string, @Who() who: Principal) {
    return getPerson(this.context.control.db, who.projectId, id);
  }

  @Put('people/:id')
  @ApiOperation({ summary: 'Change the role of a person, or disable them; counts at once' })
  @ApiBody({ standardSchema: personChange } as never)
  @ApiResponse({ status: 200, standardSchema: personView })
  async change(
    @Param('id') id: string,
    @Body({ schema: personChange }) body: z.infer<typeof personChange>,
    @Who() who: Principal,
  ) {
    const view = await this.context.control.db.transaction(async (tx) => {
      const changed = await changePerson(tx, who.projectId, id, body);
      await record(tx, who, 'person.update', id, { name: changed.name, ...body });
      return changed;
    });
    await this.changed(who);
    return view;
  }

  @Delete('people/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take a person out of the project; their sessions in it end at once' })
  async remove(@Param('id') id: string, @Who() who: Principal) {
    await this.context.control.db.transaction(async (tx) => {
      const { name, email } = await removePerson(tx, who.projectId, id);
      await record(tx, who, 'person.remove', id, { name, email });
    });
    await this.changed(who);
  }

  @Post('people/:id/reset')
  @HttpCode(201)
  @ApiOperation({ summary: 'Make a link that sets a new password, once, within a day' })
  @ApiResponse({ status: 201, standardSchema: resetMade })
  async reset(@Param('id') id: string, @Who() who: Principal) {
    const { auth, config, control } = this.context;
    const { name, email } = await getPerson(control.db, who.projectId, id);
    await assertMayReset(control.db, who, id);
    const { token, expiresAt } = await makeReset(auth, id, Date.now());
    await forgetFailures(control.db, email);
    await record(control.db, who, 'person.reset', id, { name });
    return { token, url: `${consoleUrl(config)}/reset#${token}`, expires_at: expiresAt.toISOString() };
  }

  @Get('invitations')
  @ApiOperation({ summary: 'List invitations that were not accepted, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(invitationView) })
  invitations(@Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    return listInvitations(this.context.control.db, who.projectId, q.limit, Date.now(), q.cursor);
  }

  @Post('invitations')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Invite someone by a link, good once and for a week',
    description: 'The token is shown this once. A second invitation of the same email replaces the first.',
  })
  @ApiBody({ standardSchema: invitationBody } as never)
  @ApiResponse({ status: 201, standardSchema: invitationMade })
  async invite(@Body({ schema: invitationBody }) body: z.infer<typeof invitationBody>, @Who() who: Principal) {
    const { view, token } = await this.context.control.db.transaction(async (tx) => {
      const made = await invite(tx, who, body, Date.now());
      await record(tx, who, 'invitation.create', made.view.id, body);
      return made;
    });
    return { ...view, token, url: `${consoleUrl(this.context.config)}/join#${token}` };
  }

  @Delete('invitations/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take an invitation back' })
  async withdraw(@Param('id') id: string, @Who() who: Principal) {
    await this.context.control.db.transaction(async (tx) => {
      const email = await withdraw(tx, who.projectId, id);
      if (!email) throw notFound('invitation', id);
      await record(tx, who, 'invitation.delete', id, { email });
    });
  }

  /** Streams that stay open look again who they belong to. */
  private changed = (who: Principal) =>
    this.context.live.publish({ projectId: who.projectId, type: 'access', model: '' });
}
