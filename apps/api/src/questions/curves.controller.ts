import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { type CurvesAnswer, curvesAnswer, curvesQuestion, type Principal } from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { curves, referenceCurves } from '@plumbline/windows';
import type { z } from 'zod';
import { findReference } from '../references/find.js';

@ApiTags('Questions')
@ApiSecurity('key')
@Controller('v1/models/:model')
@Needs('read')
export class CurvesController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('curves')
  @HttpCode(200)
  @ApiOperation({ summary: 'ROC, precision-recall, calibration, confusion or residuals of a selection, for drawing' })
  @ApiBody({ standardSchema: curvesQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: curvesAnswer })
  async curves(
    @Param('model') name: string,
    @Body({ schema: curvesQuestion }) q: z.infer<typeof curvesQuestion>,
    @Who() who: Principal,
  ): Promise<CurvesAnswer> {
    const { store, control } = this.context;
    const model = await getModel(control.db, who.projectId, name);
    const row = q.reference === undefined ? undefined : await findReference(control.db, model, q.reference);
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
