import type { Type } from '@nestjs/common';
import { z } from 'zod';
import type { CacheDefinition } from '../cache-definition.js';

export const CACHED_RESPONSE_METADATA = 'bourse:cached-response';

/** An answer as it was made. */
export interface StoredResponse {
  readonly body: string;
  readonly entityTag: string;
  /** When its making began: it is no younger than that. */
  readonly madeAtMs: number;
}

/** What an answer depends on. */
export interface CachedRequest {
  /** Whose answer it is; `shared` for everybody's. */
  readonly owner: string;
  /** {@link Revised}, if the route says so */
  readonly revision: string | undefined;
  /** What tells the requests of one owner apart, for the key. */
  readonly keyText: string;
  /** What the handler takes of the path and of the query, checked. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Undefined for an answer that is everybody's. */
  readonly userId: string | undefined;
}

/** A provider whose answers are all others once its `revision` is another. */
export interface Revised {
  readonly revision: string;
}

/**
 * Who shares an answer: `user`, nobody: each has one of their own; `shared`, everybody who is let in. Guards run for each
 * request either way. A shared handler cannot take the caller.
 */
export type ResponseScope = 'user' | 'shared';

/** What the interceptor needs of the declaration. */
export interface ResponseDeclaration {
  readonly scope: ResponseScope;
  readonly definition: CacheDefinition<CachedRequest, StoredResponse> | undefined;
  /** Whether clients are to ask every time. */
  readonly revalidate: boolean;
  readonly revisionOf: Type<Revised> | undefined;
}

export const storedResponseSchema = z.strictObject({
  body: z.string(),
  entityTag: z.string(),
  madeAtMs: z.number(),
}) satisfies z.ZodType<StoredResponse>;
