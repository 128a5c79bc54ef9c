import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../database/index.js';
import { money, sumOf } from '../../../kernel/money.js';
import { standsAgainst, type NamedLot } from '../execution/lots.js';
import { LotsRepository } from '../execution/lots.repository.js';
import type { PlaceOrder } from '../trading.dto.js';
import { badLots } from '../trading.errors.js';

/** The lots that an order names: they must be there when it is accepted. */
@Injectable()
export class NamedLots {
  constructor(private readonly lots: LotsRepository) {}

  /**
   * The account must be locked.
   * @throws AppError `trading.bad_lots` when one is named twice, is not open, is of another symbol or side or smaller
   *   than what is named of it, or when more is named than is traded
   */
  async assertOpen(transaction: Sql, accountId: string, request: PlaceOrder): Promise<void> {
    const { lots: named, symbol, side, quantity } = request;
    if (named === undefined) return;
    const ids = named.map(({ id }) => id);
    if (new Set(ids).size < ids.length) throw badLots('A lot is named twice.');
    if (sumOf(named.map((lot) => lot.quantity)).gt(quantity)) {
      throw badLots('The lots are of more shares than the order trades.');
    }
    const rows = await this.lots.findOwn(transaction, accountId, ids);
    const open = new Map(rows.filter((row) => row.symbol === symbol).map((row) => [row.id, row]));
    for (const lot of named) {
      const row = open.get(lot.id);
      const left = { quantity: money(row?.quantity ?? 0) };
      if (standsAgainst(left, side) && left.quantity.abs().gte(lot.quantity)) continue;
      throw badLots(`There are not ${lot.quantity} shares of lot ${lot.id} to close.`);
    }
  }
}

/** Whether they name the same of the same lots, in the same order: `"10"` and `"10.0"` are the same quantity. */
export function sameLots(one: readonly NamedLot[], other: readonly NamedLot[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ id, quantity }, at) => {
      const { id: otherId, quantity: otherQuantity } = other[at] as NamedLot;
      return id === otherId && money(quantity).eq(otherQuantity);
    })
  );
}
