import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { problem } from '@plumbline/contracts';
import { z } from 'zod';

/** Serves the OpenAPI document made from the zod schemas at /v1/openapi.json, and a page to read it at /v1/docs. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Plumbline')
    .setDescription(
      'Machine-learning models in production, watched. Keys: `Authorization: Bearer <key>`; scopes ingest < read < write < admin.',
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addSecurity('key', { type: 'http', scheme: 'bearer' })
    .build();
  const make = () =>
    withProblems(SwaggerModule.createDocument(app, description, { standardSchemaConverter: named } as never));
  SwaggerModule.setup('v1/docs', app, make, { jsonDocumentUrl: 'v1/openapi.json', swaggerUiEnabled: true });
}

/** A schema as JSON Schema; those with an id of ours become named components, nested ones too. */
function named(schema: unknown): { schema: object; components: Record<string, object> } {
  const {
    $schema: _,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema as z.ZodType, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-2020-12',
  }) as JsonSchema;
  const components = Object.fromEntries(
    Object.entries($defs).map(([name, { id: _id, ...definition }]) => [name, definition]),
  );
  if (!root.id) return { schema: root, components };
  const { id, ...definition } = root;
  return { schema: { $ref: `#/components/schemas/${id}` }, components: { ...components, [id as string]: definition } };
}
type JsonSchema = Record<string, unknown> & { id?: string; $defs?: Record<string, Record<string, unknown>> };

/** Every operation may answer with a problem; which one is in its `code`. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const schema = { $ref: '#/components/schemas/Problem' };
  for (const methods of Object.values(document.paths))
    for (const operation of Object.values(methods) as { responses: Record<string, object> }[])
      operation.responses.default = {
        description: 'What went wrong, and what to do',
        content: { 'application/problem+json': { schema } },
      };
  Object.assign(document.components!.schemas!, named(problem).components);
  return document;
}
