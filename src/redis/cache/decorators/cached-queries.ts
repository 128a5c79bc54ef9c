import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Caches, type Cache } from '../cache.js';
import { defineCache, type CacheDefinition } from '../cache-definition.js';
import { canonicalText } from './canonical-text.js';

/** What a query reads, or what a write changed: a whole table, or one row of it by what its queries know it by. */
export type TableRows = string | { readonly table: string; readonly row: string };

/** JSON, at last: what cannot be compared cannot name an answer. */
export type QueryParams = Readonly<Record<string, unknown>>;

type Rest<Params, Rows> = Omit<CacheDefinition<Params, Rows>, 'key' | 'tags'>;

export interface CachedQuery<Params, Rows> extends CacheDefinition<Params, Rows> {
  readonly reads: (params: Params) => readonly TableRows[];
}

/**
 * A declared cache for a query of a repository: its parameters are its key, and what it reads is its tags.
 * @param declaration `reads`: all that changes the answer; other tags cannot be given, a write would not know them.
 */
export function defineCachedQuery<Params extends QueryParams, Rows>(
  declaration: Rest<Params, Rows> & Pick<CachedQuery<Params, Rows>, 'reads'>,
): CachedQuery<Params, Rows> {
  const { name, reads } = declaration;
  const definition = defineCache<Params, Rows>({
    ...declaration,
    key: (params) => `query:${name}:${hashOf(name, params)}`,
    tags: (params) => reads(params).flatMap(tagsOfRead),
  });
  return Object.freeze({ ...definition, reads });
}

/** Caches of queries, dropped by the tables they read. */
@Injectable()
export class CachedQueries {
  constructor(private readonly caches: Caches) {}

  use<Params, Rows>(query: CachedQuery<Params, Rows>): Cache<Params, Rows> {
    return this.caches.use(query);
  }

  /**
   * Runs a write that commits (a single statement, or a whole transaction), and drops what was read of what it changed:
   * before the caller hears of it, so that who asks after is told the new. Also where the write fails: an answer
   * that was lost on its way may be that of a commit. What was read before it ends is not stored after it.
   */
  async write<T>(changed: readonly TableRows[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.changed(changed);
    }
  }

  /** For a write that somebody else committed: in the reaction to its event. */
  changed(changed: readonly TableRows[]): Promise<void> {
    return this.caches.invalidateTags([...new Set(changed.flatMap(tagsOfWrite))]);
  }
}

/**
 * Two questions, told apart by two tags. A reader of rows must go when one of them changes or when nobody knows which did;
 * a reader of the table, when anything does.
 */
const TABLE_CHANGED = 'unknown-rows';
const ANY_ROW_CHANGED = 'any-row';

function tagsOfRead(read: TableRows): string[] {
  if (typeof read === 'string') return [tag(read, TABLE_CHANGED), tag(read, ANY_ROW_CHANGED)];
  return [tag(read.table, TABLE_CHANGED), tag(read.table, `row:${read.row}`)];
}

function tagsOfWrite(change: TableRows): string[] {
  if (typeof change === 'string') return [tag(change, TABLE_CHANGED)];
  return [tag(change.table, ANY_ROW_CHANGED), tag(change.table, `row:${change.row}`)];
}

const tag = (table: string, part: string) => `table:${table}:${part}`;

/** @throws AppError `cache.invalid_key` (internal) */
function hashOf(name: string, params: unknown): string {
  const text = canonicalText(params);
  if (text !== undefined) return createHash('sha256').update(text).digest('base64url');
  const message = `query ${name}: its parameters hold what is neither JSON nor a date`;
  throw new AppError('internal', 'cache.invalid_key', message);
}
