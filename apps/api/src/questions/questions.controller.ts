import { Body, Controller, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import {
  checksAnswer,
  checksQuestion,
  driftAnswer,
  driftQuestion,
  eventRow,
  eventsQuestion,
  type Principal,
  pageOf,
  performanceAnswer,
  performanceQuestion,
  profileAnswer,
  profileQuestion,
  slicesAnswer,
  slicesQuestion,
} from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { searchEvents } from '@plumbline/rows';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { answerSlices } from '@plumbline/slices';
import { answerPerformance, estimateReferences, estimatorsOf } from '@plumbline/windows';
import { createProbes } from '@plumbline/worker';
import type { z } from 'zod';
import { KeptAnswers } from '../kept.js';
import { answerChecks } from './checks.js';
import { answerDrift } from './drift.js';
import { answerProfile } from './profile.js';

@ApiTags('Questions')
@ApiSecurity('key')
@Controller('v1/models/:model')
@Needs('read')
export class QuestionsController {
  constructor(
    @Inject(CONTEXT) private readonly context: Context,
    @Inject(KeptAnswers) private readonly kept: KeptAnswers,
  ) {}

  @Post('performance')
  @HttpCode(200)
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'Metrics per window and group, with intervals and label coverage' })
  @ApiBody({ standardSchema: performanceQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: performanceAnswer })
  async performance(
    @Param('model') name: string,
    @Body({ schema: performanceQuestion }) q: z.infer<typeof performanceQuestion>,
    @Who() who: Principal,
  ) {
    const model = await this.model(who, name);
    const { store, control } = this.context;
    const references = q.estimate ? await estimateReferences(control.db, model, q.known_at) : [];
    return this.kept.json(model, ['performance', q, references.map((r) => r.id)], async (light) => {
      const estimators = q.estimate ? estimatorsOf(store, control.db, model, q.known_at, references) : undefined;
      return { windows: await answerPerformance(store, control.db, model, { ...q, estimators, light }, Date.now()) };
    });
  }

  @Post('drift')
  @HttpCode(200)
  @ApiOperation({ summary: 'Drift measures per window and feature against a reference' })
  @ApiBody({ standardSchema: driftQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: driftAnswer })
  async drift(
    @Param('model') name: string,
    @Body({ schema: driftQuestion }) q: z.infer<typeof driftQuestion>,
    @Who() who: Principal,
  ) {
    const model = await this.model(who, name);
    return answerDrift(this.context.store, this.context.control.db, model, q, Date.now());
  }

  @Post('profile')
  @HttpCode(200)
  @ApiOperation({ summary: 'Distributions of features, window and reference, for drawing' })
  @ApiBody({ standardSchema: profileQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: profileAnswer })
  async profile(
    @Param('model') name: string,
    @Body({ schema: profileQuestion }) q: z.infer<typeof profileQuestion>,
    @Who() who: Principal,
  ) {
    const model = await this.model(who, name);
    return answerProfile(this.context.store, this.context.control.db, model, q, Date.now());
  }

  @Post('checks')
  @HttpCode(200)
  @ApiOperation({ summary: 'Freshness, volume and schema, and what every data check says and said' })
  @ApiBody({ standardSchema: checksQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: checksAnswer })
  async checks(
    @Param('model') name: string,
    @Body({ schema: checksQuestion }) q: z.infer<typeof checksQuestion>,
    @Who() who: Principal,
  ) {
    const model = await this.model(who, name);
    const { store, control } = this.context;
    return answerChecks(store, control.db, createProbes(store, control.db), model, q, Date.now());
  }

  @Post('slices/search')
  @HttpCode(200)
  @ApiOperation({ summary: 'The slices in which the model errs most, found by an exact search' })
  @ApiBody({ standardSchema: slicesQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: slicesAnswer })
  async slices(
    @Param('model') name: string,
    @Body({ schema: slicesQuestion }) q: z.infer<typeof slicesQuestion>,
    @Who() who: Principal,
  ) {
    const model = await this.model(who, name);
    const { store, config } = this.context;
    return answerSlices(store, model, q, Date.now(), config.PLUMBLINE_QUERY_SECONDS_MAX * 1000);
  }

  @Post('events/search')
  @HttpCode(200)
  @ApiOperation({ summary: 'Rows of a selection, newest or worst first' })
  @ApiBody({ standardSchema: eventsQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: pageOf(eventRow) })
  async events(
    @Param('model') name: string,
    @Body({ schema: eventsQuestion }) q: z.infer<typeof eventsQuestion>,
    @Who() who: Principal,
  ) {
    const model = await this.model(who, name);
    return searchEvents(this.context.store, model, q, Date.now());
  }

  private model(who: Principal, name: string) {
    return getModel(this.context.control.db, who.projectId, name);
  }
}
