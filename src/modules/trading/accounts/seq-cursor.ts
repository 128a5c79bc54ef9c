import { badCursor } from '../../../kernel/page.js';

/** A number that PostgreSQL takes for an `integer`, as `encodeCursor` was given it. */
const SEQ = /^[1-9]\d{0,8}$/;

/**
 * Where a list by numbers goes on, of entries or versions: below the number that `encodeCursor` made it of.
 * @throws AppError `request.bad_cursor`
 */
export function decodeSeqCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (SEQ.test(text)) return Number(text);
  throw badCursor();
}
