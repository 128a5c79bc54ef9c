import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RawServerDefault } from 'fastify';

/**
 * Reads JSON as Fastify does, with its guard against poisoned prototypes, and takes an empty body for none: many clients
 * say `application/json` of a DELETE or POST that has nothing to say. Whether a body is needed, its route decides.
 */
export function readEmptyJsonAsNone(app: NestFastifyApplication): void {
  const parse = app.getHttpAdapter().getInstance().getDefaultJsonParser('error', 'error');
  app.useBodyParser<RawServerDefault>('application/json', {}, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    // As text it is never larger than as bytes, and the parser is typed for it.
    else void parse(request, body.toString(), done);
  });
}
