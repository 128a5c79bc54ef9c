import { Readable } from 'node:stream';
import {
  Inject,
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import type { AuthenticatedRequest } from '../../../kernel/principal.js';
import { ageSeconds, cacheControl, varyWith } from './cache-control.js';
import { cachedRequestOf, type CachedRoute } from './cached-route.js';
import { CachedRoutes } from './cached-routes.js';
import { entityTagOf, isNamedBy } from './entity-tag.js';
import type { StoredResponse } from './response-declaration.js';

type Request = FastifyRequest & AuthenticatedRequest;

/** Where a session's token may stand: a browser's cache must not show one user what it kept of another. */
const IDENTITY_HEADERS = ['Authorization', 'Cookie'] as const;

/** Answers routes with `@CachedResponse`. Behind the guards: who may not ask gets nothing, from wherever. */
@Injectable()
export class ResponseCacheInterceptor implements NestInterceptor {
  constructor(
    private readonly routes: CachedRoutes,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const route = this.routes.of(context.getHandler());
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const reply = http.getResponse<FastifyReply>();
    try {
      const make = () => this.#make(next);
      const asked = route.cache && (await cachedRequestOf(route, request, request.principal));
      const answer = await (asked && route.cache ? route.cache.getOrSet(asked, make) : make());
      if (asked) void reply.header('age', String(ageSeconds(answer.madeAtMs, this.clock.nowMs())));
      return of(send(request, reply, answer, route, asked === undefined ? 0 : route.maxAgeMs()));
    } catch (error) {
      void reply.header('cache-control', 'no-store');
      throw error;
    }
  }

  async #make(next: CallHandler): Promise<StoredResponse> {
    const madeAtMs = this.clock.nowMs();
    const body = jsonOf(await lastValueFrom(next.handle()));
    return { body, entityTag: entityTagOf(body), madeAtMs };
  }
}

/** @returns what is left for Nest to send: the bytes that the entity tag is of, or nothing. */
function send(
  { headers, principal }: Request,
  reply: FastifyReply,
  { body, entityTag }: StoredResponse,
  { scope }: CachedRoute,
  maxAgeMs: number,
): string | undefined {
  const isPublic = scope === 'shared' && principal === undefined;
  void reply.header('etag', entityTag);
  void reply.header('cache-control', cacheControl({ isPublic, maxAgeMs }));
  if (!isPublic) {
    const existing = reply.getHeader('vary');
    void reply.header('vary', varyWith(existing?.toString(), IDENTITY_HEADERS));
  }
  if (isNamedBy(headers['if-none-match'], entityTag)) {
    void reply.status(304);
    return undefined;
  }
  void reply.type('application/json; charset=utf-8');
  return body;
}

/** @throws AppError `cache.not_json` (internal): what is sent in another way has no bytes to keep yet. */
function jsonOf(value: unknown): string {
  const isSentOtherwise =
    typeof value !== 'object' ||
    value === null ||
    value instanceof StreamableFile ||
    value instanceof Readable ||
    ArrayBuffer.isView(value);
  if (!isSentOtherwise) return JSON.stringify(value);
  throw new AppError('internal', 'cache.not_json', 'a cached route answers objects and lists only');
}
