import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import { calm } from '@plumbline/alerts';
import {
  applyBody,
  backtestAnswer,
  backtestQuestion,
  diagnosis,
  monitorsFileSchema,
  monitorsPlan,
  PlumblineError,
  type Principal,
} from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import { applyMonitors, assertMonitor, backtest, diagnosisOf, getMonitor } from '@plumbline/monitors';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import { createProbes } from '@plumbline/worker';
import type { z } from 'zod';

@ApiTags('Monitors')
@ApiSecurity('key')
@Controller('v1/monitors')
export class MonitorsCodeController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  /** For editors, which have no key. */
  @Get('schema.json')
  @ApiExcludeEndpoint()
  schema() {
    return monitorsFileSchema();
  }

  @Post('apply')
  @HttpCode(200)
  @Needs('write')
  @ApiOperation({
    summary: 'Make these the monitors of their models',
    description:
      'All of it or nothing. With `dry_run` only the plan is answered. Monitors are known by model and name.',
  })
  @ApiBody({ standardSchema: applyBody } as never)
  @ApiResponse({ status: 200, standardSchema: monitorsPlan })
  apply(@Body({ schema: applyBody }) body: z.infer<typeof applyBody>, @Who() who: Principal) {
    return this.context.control.db.transaction(async (tx) => {
      const done = await applyMonitors(tx, who.projectId, body);
      if (!done.applied) return done;
      for (const { action, id, name, model } of done.plan) {
        const off = body.monitors.some((m) => m.model === model && m.name === name && !m.enabled);
        if (action === 'delete' || (action === 'change' && off))
          await calm(
            tx,
            who.projectId,
            id!,
            `${name} was ${off ? 'switched off' : 'deleted'} by ${who.name}.`,
            Date.now(),
          );
        if (action === 'create' || action === 'change' || action === 'delete')
          await record(tx, who, `monitor.${action === 'change' ? 'update' : action}`, id!, { name, model });
      }
      return done;
    });
  }

  @Post('backtest')
  @HttpCode(200)
  @Needs('read')
  @ApiOperation({
    summary: 'Try a monitor on history',
    description:
      'When it would have fired, and the threshold that keeps to its false-alarm budget. Nothing is stored, nobody is told.',
  })
  @ApiBody({ standardSchema: backtestQuestion } as never)
  @ApiResponse({ status: 200, standardSchema: backtestAnswer })
  async backtest(@Body({ schema: backtestQuestion }) q: z.infer<typeof backtestQuestion>, @Who() who: Principal) {
    const { store, control } = this.context;
    const model = await getModel(control.db, who.projectId, q.monitor.model);
    assertMonitor(q.monitor, model);
    const to = Math.min(q.to, Date.now());
    if (to <= q.from)
      throw new PlumblineError('invalid_request', 'History ends now: from must lie in the past.', {
        errors: [{ path: 'from', message: 'is not in the past' }],
      });
    return backtest(model, { ...q, to }, (nowMs) => createProbes(store, control.db, () => nowMs));
  }

  @Get(':id/diagnosis')
  @Needs('read')
  @ApiOperation({ summary: 'Whether a monitor is noisy or dead, why, and what mends it' })
  @ApiResponse({ status: 200, standardSchema: diagnosis })
  async diagnosis(@Param('id') id: string, @Who() who: Principal) {
    const { store, control } = this.context;
    const row = await getMonitor(control.db, who.projectId, id);
    const model = await getModel(control.db, who.projectId, row.model);
    return diagnosisOf(store, row, model, createProbes(store, control.db), Date.now());
  }
}
