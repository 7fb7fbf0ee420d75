import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { type Principal, pageOf, type SlicesFoundQuery, slicesFoundQuery, trackedSlice } from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { listFound } from '@plumbline/slices';

@ApiTags('Questions')
@ApiSecurity('key')
@Controller('v1/models/:model/slices')
@Needs('read')
export class SlicesController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get()
  @ApiOperation({
    summary: 'Slices that were found by themselves in mature windows, or when a monitor fired, with their history',
  })
  @ApiResponse({ status: 200, standardSchema: pageOf(trackedSlice) })
  async list(
    @Param('model') name: string,
    @Query({ schema: slicesFoundQuery }) q: SlicesFoundQuery,
    @Who() who: Principal,
  ) {
    const { store, control } = this.context;
    return listFound(store, await getModel(control.db, who.projectId, name), q);
  }
}
