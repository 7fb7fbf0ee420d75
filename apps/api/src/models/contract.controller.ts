import { Body, Controller, Get, HttpCode, Inject, Param, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import { contractBody, contractView, type Principal, page, pageOf } from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { contractOf, listContracts, putContract } from '@plumbline/monitors';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';

@ApiTags('Models')
@ApiSecurity('key')
@Controller('v1/models/:model/contract')
export class ContractController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get()
  @Needs('read')
  @ApiOperation({ summary: 'The data contract in force: inferred from the default reference until somebody edits it' })
  @ApiResponse({ status: 200, standardSchema: contractView })
  async get(@Param('model') name: string, @Who() who: Principal) {
    const { db } = this.context.control;
    return contractOf(db, await getModel(db, who.projectId, name));
  }

  @Put()
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({ summary: 'Write the whole data contract as a new revision' })
  @ApiBody({ standardSchema: contractBody } as never)
  @ApiResponse({ status: 200, standardSchema: contractView })
  async put(
    @Param('model') name: string,
    @Body({ schema: contractBody }) body: z.infer<typeof contractBody>,
    @Who() who: Principal,
  ) {
    const { db } = this.context.control;
    const model = await getModel(db, who.projectId, name);
    const view = await putContract(db, model, body, who.name, async (tx, { revision }) => {
      const features = Object.keys(body.features).length;
      await record(tx, who, 'contract.update', name, { revision, features });
    });
    await this.context.queue.ask('look', { projectId: who.projectId, model: name });
    return view;
  }

  @Get('revisions')
  @Needs('read')
  @ApiOperation({ summary: 'Edited revisions of the data contract, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(contractView) })
  async revisions(
    @Param('model') name: string,
    @Query({ schema: page }) q: z.infer<typeof page>,
    @Who() who: Principal,
  ) {
    const { db } = this.context.control;
    return listContracts(db, await getModel(db, who.projectId, name), q);
  }
}
