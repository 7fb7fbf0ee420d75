import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { type AttributionQuestion, attributionAnswer, attributionQuestion, type Principal } from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { answerAttribution } from '@plumbline/worker';

@ApiTags('Questions')
@ApiSecurity('key')
@Controller('v1/models/:model')
@Needs('read')
export class AttributionController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('attribution')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'How much the value and the size of every slice changed a metric, exactly; since when, and what moved along',
  })
  @ApiBody({ standardSchema: attributionQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: attributionAnswer })
  async attribution(
    @Param('model') name: string,
    @Body({ schema: attributionQuestion }) q: AttributionQuestion,
    @Who() who: Principal,
  ) {
    const { store, control, config } = this.context;
    const model = await getModel(control.db, who.projectId, name);
    const timeoutMs = config.PLUMBLINE_QUERY_SECONDS_MAX * 1000;
    return answerAttribution({ store, db: control.db }, model, q, Date.now(), timeoutMs);
  }
}
