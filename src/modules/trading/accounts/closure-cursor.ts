import { badCursor, encodeCursor } from '../../../kernel/page.js';
import type { ClosurePlace } from '../execution/lots.repository.js';

/** Numbers that PostgreSQL takes for an `integer` and a `smallint`. */
const PLACE = /^([1-9]\d{0,8})\.(\d{1,4})$/;

export function encodeClosureCursor({ seq, line }: ClosurePlace): string {
  return encodeCursor(`${seq}.${line}`);
}

/** @throws AppError `request.bad_cursor` */
export function decodeClosureCursor(cursor: string): ClosurePlace {
  const [, seq, line] = PLACE.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (seq === undefined || line === undefined) throw badCursor();
  return { seq: Number(seq), line: Number(line) };
}
