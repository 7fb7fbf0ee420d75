import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  type ExploreAnswer,
  exploreAnswer,
  exploreQuestion,
  type FieldView,
  fieldsQuestion,
  fieldView,
  type Page,
  PlumblineError,
  type Principal,
  pageOf,
  type ValuesAnswer,
  valuesAnswer,
  valuesQuestion,
} from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { fieldValues, knownFields } from '@plumbline/rows';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { explore } from '@plumbline/windows';
import type { z } from 'zod';

@ApiTags('Questions')
@ApiSecurity('key')
@Controller('v1/models/:model')
@Needs('read')
export class ExploreController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('fields')
  @HttpCode(200)
  @ApiOperation({ summary: 'What rows of a model can be filtered and grouped by' })
  @ApiBody({ standardSchema: fieldsQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: pageOf(fieldView) })
  async fields(
    @Param('model') name: string,
    @Body({ schema: fieldsQuestion }) q: z.infer<typeof fieldsQuestion>,
    @Who() who: Principal,
  ): Promise<Page<FieldView>> {
    const { fields } = await knownFields(this.context.store, await this.model(who, name));
    const search = q.search?.toLowerCase() ?? '';
    const fitting = fields.filter((f) => f.field.toLowerCase().includes(search));
    const after = q.cursor === undefined ? -1 : fitting.findIndex((f) => f.field === q.cursor);
    if (q.cursor !== undefined && after < 0)
      throw new PlumblineError(
        'invalid_request',
        'cursor is not one of ours: send next_cursor of the page before, unchanged.',
      );
    const items = fitting.slice(after + 1, after + 1 + q.limit);
    const more = after + 1 + q.limit < fitting.length;
    return { items, next_cursor: more ? items.at(-1)!.field : null };
  }

  @Post('values')
  @HttpCode(200)
  @ApiOperation({ summary: 'The most frequent values of a field, and how its numbers lie' })
  @ApiBody({ standardSchema: valuesQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: valuesAnswer })
  async values(
    @Param('model') name: string,
    @Body({ schema: valuesQuestion }) q: z.infer<typeof valuesQuestion>,
    @Who() who: Principal,
  ): Promise<ValuesAnswer> {
    return fieldValues(this.context.store, await this.model(who, name), q, Date.now());
  }

  @Post('explore')
  @HttpCode(200)
  @ApiOperation({ summary: 'A metric over the groups of one or two fields, here and in another range or version' })
  @ApiBody({ standardSchema: exploreQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: exploreAnswer })
  async explore(
    @Param('model') name: string,
    @Body({ schema: exploreQuestion }) q: z.infer<typeof exploreQuestion>,
    @Who() who: Principal,
  ): Promise<ExploreAnswer> {
    return explore(this.context.store, await this.model(who, name), q, Date.now());
  }

  private model(who: Principal, name: string) {
    return getModel(this.context.control.db, who.projectId, name);
  }
}
