import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  delaysAnswer,
  delaysQuery,
  estimatesAnswer,
  estimatesQuery,
  historyQuery,
  type Principal,
  pageOf,
  windowThen,
} from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { z } from 'zod';
import { answerDelays } from './delays.js';
import { answerEstimates } from './estimates.js';
import { answerHistory } from './history.js';

/** Labels that come late: how late, what was estimated meanwhile, and how the answer for a window evolved. */
@ApiTags('Late labels')
@ApiSecurity('key')
@Controller('v1/models/:model')
@Needs('read')
export class LateController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Get('delays')
  @ApiOperation({ summary: 'How long labels take: the delay curve, by class where classes differ' })
  @ApiResponse({ status: 200, standardSchema: delaysAnswer })
  async delays(
    @Param('model') name: string,
    @Query({ schema: delaysQuery }) q: z.infer<typeof delaysQuery>,
    @Who() who: Principal,
  ) {
    return answerDelays(this.context.store, await this.model(who, name), q, Date.now());
  }

  @Get('estimates')
  @ApiOperation({ summary: 'How good past estimates were, and the windows that were held against what came true' })
  @ApiResponse({ status: 200, standardSchema: estimatesAnswer })
  async estimates(
    @Param('model') name: string,
    @Query({ schema: estimatesQuery }) q: z.infer<typeof estimatesQuery>,
    @Who() who: Principal,
  ) {
    const { store, control } = this.context;
    return answerEstimates(store, control.db, await this.model(who, name), q);
  }

  @Get('windows/:start/history')
  @ApiOperation({ summary: 'What a window of the model said each time it was computed, oldest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(windowThen) })
  async history(
    @Param('model') name: string,
    @Param('start') start: string,
    @Query({ schema: historyQuery }) q: z.infer<typeof historyQuery>,
    @Who() who: Principal,
  ) {
    return answerHistory(this.context.store, await this.model(who, name), start, q);
  }

  private model(who: Principal, name: string) {
    return getModel(this.context.control.db, who.projectId, name);
  }
}
