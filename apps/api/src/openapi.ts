import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';

/** Serves the OpenAPI document made from the zod schemas at /v1/openapi.json, and a page to read it at /v1/docs. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Plumbline')
    .setDescription(
      'Machine-learning models in production, watched. Keys: `Authorization: Bearer <key>`; scopes ingest < read < write < admin.',
    )
    .setVersion('1')
    .addSecurity('key', { type: 'http', scheme: 'bearer' })
    .build();
  const convert = (schema: unknown) => {
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' }) as Record<
      string,
      unknown
    >;
    return { ...rest, ...($defs ? { $defs } : {}) };
  };
  const make = () => SwaggerModule.createDocument(app, description, { standardSchemaConverter: convert } as never);
  SwaggerModule.setup('v1/docs', app, make, { jsonDocumentUrl: 'v1/openapi.json', swaggerUiEnabled: true });
}
