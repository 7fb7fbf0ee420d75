import { Body, Controller, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { type CurvesAnswer, curvesAnswer, curvesQuestion, type Principal } from '@plumbline/contracts';
import { getModel, type ModelContext } from '@plumbline/control';
import type { ReferenceRow } from '@plumbline/drift';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { curves, referenceCurves } from '@plumbline/windows';
import type { z } from 'zod';
import { KeptAnswers } from '../kept.js';
import { findReference } from '../references/find.js';

@ApiTags('Questions')
@ApiSecurity('key')
@Controller('v1/models/:model')
@Needs('read')
export class CurvesController {
  constructor(
    @Inject(CONTEXT) private readonly context: Context,
    @Inject(KeptAnswers) private readonly kept: KeptAnswers,
  ) {}

  @Post('curves')
  @HttpCode(200)
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'ROC, precision-recall, calibration, confusion or residuals of a selection, for drawing' })
  @ApiBody({ standardSchema: curvesQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: curvesAnswer })
  async curves(
    @Param('model') name: string,
    @Body({ schema: curvesQuestion }) q: z.infer<typeof curvesQuestion>,
    @Who() who: Principal,
  ) {
    const { control } = this.context;
    const model = await getModel(control.db, who.projectId, name);
    const row = q.reference === undefined ? undefined : await findReference(control.db, model, q.reference);
    return this.kept.json(model, ['curves', q, row?.id], (light) => this.drawn(model, { ...q, light }, row));
  }

  private async drawn(
    model: ModelContext,
    q: z.infer<typeof curvesQuestion> & { light: boolean },
    row: ReferenceRow | undefined,
  ): Promise<CurvesAnswer> {
    const { store } = this.context;
    // Together, so that a failing one ends both.
    const [current, reference] = await Promise.all([
      curves(store, model, q, Date.now()),
      row && referenceCurves(store, model, q, row.id),
    ]);
    if (!row || !reference) return current;
    const { exact, ...shape } = reference;
    return {
      ...current,
      exact: current.exact && exact,
      reference: { name: row.name, revision: row.revision, ...shape },
    };
  }
}
