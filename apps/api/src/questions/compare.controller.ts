import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { type CompareAnswer, compareAnswer, compareQuestion, type Principal } from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { compareVersions } from '@plumbline/windows';
import type { z } from 'zod';

@ApiTags('Questions')
@ApiSecurity('key')
@Controller('v1/models/:model')
@Needs('read')
export class CompareController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('compare')
  @HttpCode(200)
  @ApiOperation({ summary: 'Two versions on the same rows: differences with intervals and tests' })
  @ApiBody({ standardSchema: compareQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: compareAnswer })
  async compare(
    @Param('model') name: string,
    @Body({ schema: compareQuestion }) q: z.infer<typeof compareQuestion>,
    @Who() who: Principal,
  ): Promise<CompareAnswer> {
    const { store, control } = this.context;
    return compareVersions(store, await getModel(control.db, who.projectId, name), q, Date.now());
  }
}
