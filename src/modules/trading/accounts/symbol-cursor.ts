import { badCursor } from '../../../kernel/page.js';
import { symbolSchema } from '../../market-data/index.js';

/**
 * Where a list by symbol goes on; `encodeCursor` made it of the last symbol.
 * @throws AppError `request.bad_cursor`
 */
export function decodeSymbolCursor(cursor: string): string {
  const parsed = symbolSchema.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (parsed.success) return parsed.data;
  throw badCursor();
}
