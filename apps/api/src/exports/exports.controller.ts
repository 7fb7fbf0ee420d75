import type { OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { record } from '@plumbline/access';
import {
  exportCreated,
  exportManifest,
  exportQuestion,
  exportView as exportSchema,
  exportSummary,
  exportsQuery,
  notFound,
  PlumblineError,
  type Principal,
  pageOf,
} from '@plumbline/contracts';
import { getModel } from '@plumbline/control';
import {
  CONTENT_TYPE,
  createExport,
  deleteExport,
  exportView,
  fileName,
  getExport,
  listExports,
  rangeOf,
  readFile,
  removeFile,
} from '@plumbline/exports';
import { CONTEXT, type Context, Needs, Who } from '@plumbline/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { assertExportable } from './exportable.js';

@ApiTags('Exports')
@ApiSecurity('key')
@Controller('v1')
@Needs('read')
export class ExportsController {
  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  @Post('models/:model/exports')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Have the rows of a selection written to a file',
    description: 'In the background, as known now (or at `known_at`): the same question gives the same file again.',
  })
  @ApiBody({ standardSchema: exportQuestion } as never)
  @ApiResponse({ status: 202, standardSchema: exportCreated })
  async create(
    @Param('model') name: string,
    @Body({ schema: exportQuestion }) question: z.infer<typeof exportQuestion>,
    @Who() who: Principal,
  ) {
    const { control, store, config, queue } = this.context;
    const { projectId } = who;
    const model = await getModel(control.db, projectId, name);
    await assertExportable(store, model, question);
    const row = await control.db.transaction(async (tx) => {
      const asked = { projectId, model: name, question, by: who.name };
      const made = await createExport(tx, asked, config.PLUMBLINE_EXPORTS_BYTES_MAX, Date.now());
      await record(tx, who, 'export.create', made.id, { model: name, format: question.format });
      return made;
    });
    await queue.ask('exports', { projectId, model: name });
    return { export: row.id, ...exportView(row) };
  }

  @Get('exports')
  @ApiOperation({ summary: 'List exports, newest first' })
  @ApiResponse({ status: 200, standardSchema: pageOf(exportSummary) })
  list(@Query({ schema: exportsQuery }) q: z.infer<typeof exportsQuery>, @Who() who: Principal) {
    return listExports(this.context.control.db, who.projectId, q);
  }

  @Get('exports/:id')
  @ApiOperation({ summary: 'One export: how far it is, and its manifest once it is done' })
  @ApiResponse({ status: 200, standardSchema: exportSchema })
  async get(@Param('id') id: string, @Who() who: Principal) {
    return exportView(await getExport(this.context.control.db, who.projectId, id));
  }

  @Get('exports/:id/manifest')
  @ApiOperation({ summary: 'What is in the file: selection, counts, columns, hash' })
  @ApiResponse({ status: 200, standardSchema: exportManifest })
  async manifest(@Param('id') id: string, @Who() who: Principal) {
    const { manifest, state } = await getExport(this.context.control.db, who.projectId, id);
    if (!manifest) throw new PlumblineError('conflict', `The export is ${state}: it has a manifest once it is done.`);
    return manifest;
  }

  @Get('exports/:id/download')
  @ApiOperation({ summary: 'The file; a broken download goes on with Range' })
  @ApiProduces('application/octet-stream')
  @ApiResponse({ status: 200, description: 'the file' })
  @ApiResponse({ status: 206, description: 'the bytes that Range asks for' })
  @ApiResponse({ status: 416, description: 'the range begins behind the end' })
  async download(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Who() who: Principal,
  ): Promise<void> {
    const { store, control } = this.context;
    const row = await getExport(control.db, who.projectId, id);
    const { state, manifest, run, question } = row;
    if (state === 'expired')
      throw new PlumblineError(
        'not_found',
        'The file has expired. Ask for the export again with the known_at of its manifest: it will be the same file.',
      );
    if (state !== 'done' || !manifest || !run)
      throw new PlumblineError('conflict', `The export is ${state}: there is a file once it is done.`);
    const { bytes, sha256 } = manifest;
    const etag = `"${sha256}"`;
    void reply
      .header('accept-ranges', 'bytes')
      .header('etag', etag)
      .header('cache-control', 'private, no-cache')
      .header('content-disposition', `attachment; filename="${fileName(row)}"`)
      .header('x-content-type-options', 'nosniff')
      .type(CONTENT_TYPE[question.format]);
    const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
    if (ifNoneMatch?.split(/\s*,\s*/).includes(etag)) return void reply.status(304).send();
    const asked = ifRange === undefined || ifRange === etag ? rangeOf(range, bytes) : null;
    if (asked === 'unsatisfiable') return void reply.status(416).header('content-range', `bytes */${bytes}`).send();
    const { from, to } = asked ?? { from: 0, to: bytes };
    if (asked) void reply.status(206).header('content-range', `bytes ${from}-${to - 1}/${bytes}`);
    void reply.header('content-length', String(to - from));
    if (request.method === 'HEAD') {
      // An answer without a body would be given the length of its body.
      reply.hijack();
      return void reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders).end();
    }
    const key = { projectId: who.projectId, model: row.model, exportId: id, run };
    void reply.send(Readable.from(readFile(store, key, from, to), { objectMode: false }));
  }

  @Delete('exports/:id')
  @HttpCode(204)
  @Needs('write')
  @ApiOperation({ summary: 'Delete an export with its file, or stop it' })
  async remove(@Param('id') id: string, @Who() who: Principal) {
    const { store, control } = this.context;
    const row = await control.db.transaction(async (tx) => {
      const gone = await deleteExport(tx, who.projectId, id);
      if (gone) await record(tx, who, 'export.delete', id, { model: gone.model });
      return gone;
    });
    if (!row) throw notFound('export', id);
    await removeFile(store, { projectId: who.projectId, model: row.model, exportId: id });
  }
}
