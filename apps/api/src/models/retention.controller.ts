import { Body, Controller, Inject, Param, Put } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import { notFound, type Principal, retentionBody } from '@plumbline/contracts';
import { putRetention } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';

@ApiTags('Models')
@ApiSecurity('key')
@Controller('v1/models/:model/retention')
export class RetentionController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Put()
  @Needs('write')
  @ApiOperation({
    summary: 'How long the events of a model are kept',
    description: 'Without declaring anything else. Events that are older are deleted, and refused when they come.',
  })
  @ApiBody({ standardSchema: retentionBody } as never)
  @ApiResponse({ status: 200, standardSchema: retentionBody })
  async put(
    @Param('model') model: string,
    @Body({ schema: retentionBody }) { retention }: z.infer<typeof retentionBody>,
    @Who() who: Principal,
  ) {
    await this.context.control.db.transaction(async (tx) => {
      if (!(await putRetention(tx, who.projectId, model, retention))) throw notFound('model', model);
      await record(tx, who, 'model.retention', model, { retention });
    });
    await this.context.live.publish({ projectId: who.projectId, type: 'model', model });
    return { retention };
  }
}
