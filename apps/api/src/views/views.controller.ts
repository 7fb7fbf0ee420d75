import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import {
  notFound,
  PlumblineError,
  type Principal,
  page,
  pageOf,
  type ViewView,
  viewBody,
  viewView,
} from '@plumbline/contracts';
import { and, desc, eq, lt, newId, sql, views } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';

const VIEWS_MAX = 1000;

@ApiTags('Views')
@ApiSecurity('key')
@Controller('v1/views')
export class ViewsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get()
  @Needs('read')
  @ApiOperation({ summary: 'Saved views of the console, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(viewView) })
  async list(@Query({ schema: page }) q: z.infer<typeof page>, @Who() who: Principal) {
    const rows = await this.context.control.db
      .select()
      .from(views)
      .where(and(eq(views.projectId, who.projectId), q.cursor ? lt(views.id, q.cursor) : undefined))
      .orderBy(desc(views.id))
      .limit(q.limit + 1);
    const items = rows.slice(0, q.limit).map(shown);
    return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
  }

  @Post()
  @HttpCode(201)
  @Needs('write')
  @ApiOperation({ summary: 'Save a view of the console under a name' })
  @ApiBody({ standardSchema: viewBody } as never)
  @ApiResponse({ status: 201, standardSchema: viewView })
  async save(@Body({ schema: viewBody }) body: z.infer<typeof viewBody>, @Who() who: Principal): Promise<ViewView> {
    return this.context.control.db.transaction(async (tx) => {
      const [there] = await tx
        .select({ n: sql<number>`count(*)::int` })
        .from(views)
        .where(eq(views.projectId, who.projectId));
      if ((there?.n ?? 0) >= VIEWS_MAX)
        throw new PlumblineError('conflict', `There are ${VIEWS_MAX} saved views already. Delete some first.`);
      const [row] = await tx
        .insert(views)
        .values({ id: newId(), projectId: who.projectId, name: body.name, path: body.path, createdBy: who.name })
        .onConflictDoNothing()
        .returning();
      if (!row)
        throw new PlumblineError(
          'conflict',
          `A view called '${body.name}' exists already. Choose another name, or delete it first.`,
        );
      await record(tx, who, 'view.save', row.id, { name: row.name });
      return shown(row);
    });
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('write')
  @ApiOperation({ summary: 'Delete a saved view' })
  async remove(@Param('id') id: string, @Who() who: Principal) {
    await this.context.control.db.transaction(async (tx) => {
      const [row] = await tx
        .delete(views)
        .where(and(eq(views.projectId, who.projectId), eq(views.id, id)))
        .returning();
      if (!row) throw notFound('view', id);
      await record(tx, who, 'view.delete', id, { name: row.name });
    });
  }
}

const shown = (row: typeof views.$inferSelect): ViewView => ({
  id: row.id,
  name: row.name,
  path: row.path,
  created_by: row.createdBy,
  created_at: row.createdAt.toISOString(),
});
