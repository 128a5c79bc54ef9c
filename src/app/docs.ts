import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** OpenAPI: a page at `/docs`, the document at `/docs-json`. */
export function mountDocs(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Bourse')
    .setDescription(
      'Money and quantities are decimals in text. Times are UTC, ISO 8601. Errors are problem+json with a `code`. ' +
        'Live updates: socket.io namespace `/live`, see docs/live.md.',
    )
    .setVersion('0.1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'the token of a sign-in' })
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'docs-json',
  });
}
