import { AppError } from './app-error.js';
import { isId } from './ids.js';

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;

/** Opaque to clients; within, the id of the page's last item: ids are time-ordered, so it names a place for ever. */
export function encodeCursor(lastId: string): string {
  return Buffer.from(lastId).toString('base64url');
}

/** @throws AppError `request.bad_cursor` for text that no answer of ours contained. */
export function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!isId(id)) throw badCursor();
  return id;
}

/** For lists that go on elsewhere than after an id. */
export function badCursor(): AppError {
  return new AppError(
    'invalid',
    'request.bad_cursor',
    'The cursor is not one of a previous answer.',
  );
}

/** A list that is never long: one page holds it. */
export function onlyPage<Item>(items: readonly Item[]): Page<Item> {
  return { items, nextCursor: null };
}

/** Makes a page of up to `limit` items from `limit + 1` rows read. */
export function toPage<Item extends { readonly id: string }>(
  rows: readonly Item[],
  limit: number,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(last.id) : null };
}
