import { applyDecorators, SetMetadata, UseInterceptors, type Type } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { defineCache, type CacheDefinition } from '../cache-definition.js';
import { ResponseCacheInterceptor } from './response-cache.interceptor.js';
import {
  CACHED_RESPONSE_METADATA,
  storedResponseSchema,
  type CachedRequest,
  type ResponseDeclaration,
  type ResponseScope,
  type Revised,
  type StoredResponse,
} from './response-declaration.js';

/** All of a {@link CacheDefinition} that is not given by what is kept. */
type Times = Omit<
  CacheDefinition<CachedRequest, StoredResponse>,
  'key' | 'schema' | 'tags' | 'ttlMsOf' | 'negativeTtlMs'
>;

interface KeptShared extends Times {
  readonly scope: 'shared';
  readonly store?: true;
  readonly tags?: (request: Pick<CachedRequest, 'values'>) => readonly string[];
}

interface KeptPerUser extends Times {
  readonly scope: 'user';
  readonly store?: true;
  readonly tags?: (
    request: Pick<CachedRequest, 'values'> & { readonly userId: string },
  ) => readonly string[];
}

interface Kept {
  /**
   * Clients keep the answer and ask every time whether it still holds, instead of using it for the cache's TTL. So unless said
   * where there are `tags`: nobody can tell a client of a change.
   */
  readonly revalidate?: boolean;
  /** An injectable: of another revision of it, nothing is served. */
  readonly revisionOf?: Type<Revised>;
}

interface NotKept {
  readonly scope: ResponseScope;
  /** The handler runs for each request (its data is cached elsewhere, say); who has the same answer is told so by a 304. */
  readonly store: false;
}

export type CachedResponseOptions = ((KeptShared | KeptPerUser) & Kept) | NotKept;

/**
 * On a GET route that answers JSON: a strong `ETag`, 304 for `If-None-Match`, `Cache-Control`, and `Age` where answers are
 * kept. Kept are successes alone, as bytes, by route, owner and what the handler takes of the path and the query. Requests
 * for the same answer at the same time run the handler once; where the cache is away, each runs it.
 *
 * A route fails the boot that does not hold this: it takes more than that (the request, headers, a body, any query
 * without a schema, a caller although it is shared), writes to the reply, or answers another status.
 */
export function CachedResponse(options: CachedResponseOptions): MethodDecorator {
  return applyDecorators(
    SetMetadata<string, ResponseDeclaration>(CACHED_RESPONSE_METADATA, declarationOf(options)),
    UseInterceptors(ResponseCacheInterceptor),
    ApiResponse({ status: 304, description: 'what If-None-Match names still holds' }),
  );
}

function declarationOf(options: CachedResponseOptions): ResponseDeclaration {
  if (options.store === false) {
    return { scope: options.scope, definition: undefined, revalidate: true, revisionOf: undefined };
  }
  const { scope, revisionOf, revalidate = options.tags !== undefined } = options;
  return { scope, revisionOf, revalidate, definition: definitionOf(options) };
}

function definitionOf(
  options: KeptShared | KeptPerUser,
): CacheDefinition<CachedRequest, StoredResponse> {
  return defineCache({
    ...options,
    key: ({ owner, revision, keyText }) =>
      `response:${options.name}:${revision ?? '-'}:${owner}:${keyText}`,
    tags: ({ userId, values }) => tagsOf(options, userId, values),
    schema: storedResponseSchema,
  });
}

function tagsOf(
  options: KeptShared | KeptPerUser,
  userId: string | undefined,
  values: CachedRequest['values'],
): readonly string[] {
  if (options.scope === 'shared') return options.tags?.({ values }) ?? [];
  // Answers of nobody are not kept.
  return userId === undefined ? [] : (options.tags?.({ userId, values }) ?? []);
}
