import { money, moneyText } from '../../../kernel/money.js';
import { clientOrderIdReused } from '../trading.errors.js';
import type { OrderRow } from './orders.table.js';

/** What a request that makes orders does. */
export type AskedKind = 'place' | 'replace' | 'close' | 'liquidate' | 'exercise';

const DECIMALS = new Set([
  'quantity',
  'percentage',
  'notional',
  'limitPrice',
  'stopPrice',
  'trail',
  'trailAmount',
  'trailPercent',
]);
/** What stands for itself where it is left out. */
const DEFAULTS = new Map<string, unknown>([
  ['extendedHours', false],
  ['orderClass', 'simple'],
]);

/**
 * What was asked under a `client_order_id`, as it is stored with the order: two requests ask for the same where their
 * texts are equal. Fields in any order, `"10"` and `"10.0"`, a default that is said or not are the same.
 * @param subject what the path names: the order, the symbol
 */
export function askedOf(kind: AskedKind, subject: string, body: object): string {
  const { client_order_id: _id, ...asked } = body as { readonly client_order_id?: string };
  return JSON.stringify([kind, subject, canonical(asked)]);
}

/**
 * @param placed under the same `client_order_id`
 * @param isLikeIt of an order from before requests were stored, as far as the order itself tells
 * @throws AppError `trading.client_order_id_reused` when something else was asked for
 */
export function assertAskedAgain(
  { asked, clientOrderId }: Pick<OrderRow, 'asked' | 'clientOrderId'>,
  askedNow: string,
  isLikeIt: boolean,
): void {
  if (asked === null ? isLikeIt : asked === askedNow) return;
  throw clientOrderIdReused(clientOrderId);
}

/** What an order tells of a request from before those were stored that traded at the market. */
export function isMarketOrderOf(
  row: Pick<OrderRow, 'symbol' | 'type' | 'quantity'>,
  symbol: string,
  quantity?: string,
): boolean {
  return (
    row.symbol === symbol &&
    row.type === 'market' &&
    (quantity === undefined || money(row.quantity).eq(quantity))
  );
}

function canonical(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => canonical(item));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([key, item]) => item !== undefined && DEFAULTS.get(key) !== item)
      .map(([key, item]) => [key, canonical(item, key)] as const);
    return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  if (typeof value !== 'string') return value;
  if (DECIMALS.has(name)) return moneyText(money(value));
  return name === 'expiresAt' ? new Date(value).toISOString() : value;
}
