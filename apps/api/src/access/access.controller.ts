import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { createKey, join, listAudit, listKeys, record, revokeKey } from '@plumbline/access';
import {
  auditQuery,
  auditView,
  keyBody,
  keyCreated,
  keyView,
  notFound,
  PlumblineError,
  type Principal,
  page,
  pageOf,
  projectBody,
  projectView,
} from '@plumbline/contracts';
import { desc, lt, newId, projects } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';

type PageQuery = z.infer<typeof page>;

@ApiTags('Access')
@ApiSecurity('key')
@Controller('v1')
@Needs('admin')
export class AccessController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('keys')
  @ApiOperation({ summary: 'List keys, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(keyView) })
  async keys(@Query({ schema: page }) q: PageQuery, @Who() who: Principal) {
    const rows = await listKeys(this.context.control.db, who.projectId, q.limit + 1, q.cursor);
    const items = rows.slice(0, q.limit);
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
  }

  @Post('keys')
  @HttpCode(201)
  @ApiOperation({ summary: 'Make a key; it is shown this once' })
  @ApiBody({ standardSchema: keyBody } as never)
  @ApiResponse({ status: 201, standardSchema: keyCreated })
  makeKey(@Body({ schema: keyBody }) body: z.infer<typeof keyBody>, @Who() who: Principal) {
    return this.context.control.db.transaction(async (tx) => {
      const { view, key } = await createKey(tx, { projectId: who.projectId, ...body });
      await record(tx, who, 'key.create', view.id, { name: body.name, scopes: body.scopes });
      return { ...view, key };
    });
  }

  @Delete('keys/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key; it stops working within 5 seconds' })
  async revoke(@Param('id') id: string, @Who() who: Principal) {
    const done = await this.context.control.db.transaction(async (tx) => {
      const revoked = await revokeKey(tx, who.projectId, id);
      if (revoked !== null) await record(tx, who, 'key.revoke', id, { name: revoked });
      return revoked;
    });
    if (done === null) throw notFound('key', id);
    await this.context.live.publish({ projectId: who.projectId, type: 'access', model: '' });
  }

  @Get('projects')
  @ApiOperation({ summary: 'List projects' })
  @ApiResponse({ status: 200, standardSchema: pageOf(projectView) })
  async projects(@Query({ schema: page }) q: PageQuery) {
    const rows = await this.context.control.db
      .select()
      .from(projects)
      .where(q.cursor ? lt(projects.id, q.cursor) : undefined)
      .orderBy(desc(projects.id))
      .limit(q.limit + 1);
    const items = rows
      .slice(0, q.limit)
      .map((r) => ({ id: r.id, name: r.name, created_at: r.createdAt.toISOString() }));
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
  }

  @Post('projects')
  @HttpCode(201)
  @ApiOperation({
    summary: 'Make a project; the answer holds its first admin key, and the person who makes it is its admin',
  })
  @ApiBody({ standardSchema: projectBody } as never)
  async makeProject(@Body({ schema: projectBody }) body: z.infer<typeof projectBody>, @Who() who: Principal) {
    return this.context.control.db.transaction(async (tx) => {
      const [row] = await tx
        .insert(projects)
        .values({ id: newId(), name: body.name })
        .onConflictDoNothing()
        .returning();
      if (!row) throw new PlumblineError('conflict', `A project called '${body.name}' exists already.`);
      const { key } = await createKey(tx, { projectId: row.id, name: 'first admin key', scopes: ['admin'] });
      if (who.person) await join(tx, row.id, who.person.id, 'admin');
      await record(tx, who, 'project.create', row.id, { name: row.name });
      return { id: row.id, name: row.name, created_at: row.createdAt.toISOString(), key };
    });
  }

  @Get('audit')
  @ApiOperation({ summary: 'Who changed what, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(auditView) })
  audit(@Query({ schema: auditQuery }) q: z.infer<typeof auditQuery>, @Who() who: Principal) {
    return listAudit(this.context.control.db, who.projectId, q);
  }
}
