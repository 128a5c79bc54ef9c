import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { asyncApiDocument, ChannelRegistry } from '../realtime/index.js';

const TITLE = 'Bourse';
const VERSION = '0.1';

/** OpenAPI: a page at `/docs`, the document at `/docs-json`. AsyncAPI, of the live channels: `/docs/asyncapi.json`. */
export function mountDocs(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle(TITLE)
    .setDescription(
      'Money and quantities are decimals in text. Times are UTC, ISO 8601. Errors are problem+json with a `code`. ' +
        'Live updates: socket.io namespace `/live` and `/api/live/events`, described in `/docs/asyncapi.json`.',
    )
    .setVersion(VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'the token of a sign-in' })
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'docs-json',
  });
  // Channels are declared while the application starts.
  const channels = app.get(ChannelRegistry);
  let live: string | undefined;
  const server = app.getHttpAdapter().getInstance();
  server.get('/docs/asyncapi.json', (_request, reply) => {
    live ??= JSON.stringify(
      asyncApiDocument({ title: TITLE, version: VERSION }, channels.declared),
    );
    void reply.type('application/json; charset=utf-8').send(live);
  });
}
