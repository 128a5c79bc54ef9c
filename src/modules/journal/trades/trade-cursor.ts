import { isSensibleMoment } from '../../../http/index.js';
import { AppError } from '../../../kernel/app-error.js';
import { isId } from '../../../kernel/ids.js';
import type { Page } from '../../../kernel/page.js';

/** A place in the list of trades, which is in the order of their time and not of their ids. */
export interface TradePlace {
  readonly executedAt: Date;
  readonly id: string;
}

export function encodeTradeCursor({ executedAt, id }: TradePlace): string {
  return Buffer.from(`${executedAt.toISOString()} ${id}`).toString('base64url');
}

/** @throws AppError `request.bad_cursor` for text that no answer of ours contained. */
export function decodeTradeCursor(cursor: string): TradePlace {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const executedAt = new Date(time);
  const isOurs =
    isId(id) && isSensibleMoment(executedAt.getTime()) && executedAt.toISOString() === time;
  if (isOurs) return { executedAt, id };
  throw new AppError(
    'invalid',
    'request.bad_cursor',
    'The cursor is not one of a previous answer.',
  );
}

/** Makes a page of up to `limit` items from `limit + 1` rows read. */
export function toTradePage<Row extends TradePlace, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last ? encodeTradeCursor(last) : null,
  };
}
