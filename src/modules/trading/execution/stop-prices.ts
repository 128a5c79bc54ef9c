import { Injectable } from '@nestjs/common';
import { money, moneyText } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import { trailOf } from '../orders/order-prices.js';
import { trailingStop } from '../orders/trigger.js';
import {
  WaitingOrdersRepository,
  type MovedMark,
  type TouchedStop,
  type TrailedOrder,
} from '../orders/waiting-orders.repository.js';

const BATCH = 500;

/**
 * Follows the last trades for the stops that wait for them. What a tick does to a stop is stored before anything
 * follows from it: a stop that was reached triggers, though the price is back before its turn comes.
 */
@Injectable()
export class StopPrices {
  constructor(private readonly orders: WaitingOrdersRepository) {}

  /**
   * Two queries, and a statement for each {@link BATCH} stops that moved or were reached: a tick that does neither
   * writes nothing. Marks first: a tick that moves one never reaches its stop.
   */
  async follow(quotes: readonly Quote[]): Promise<void> {
    await inBatches(
      (afterId) => this.orders.findTrailed(quotes, afterId, BATCH),
      (trailed) => this.orders.moveMarks(trailed.map(movedMark)),
    );
    await inBatches(
      (afterId) => this.orders.findStopsReached(quotes, afterId, BATCH),
      (reached) => this.#touch(reached, quotes),
    );
  }

  async #touch(reached: readonly TouchedStop[], quotes: readonly Quote[]): Promise<void> {
    for (const { symbol, asOf } of quotes) {
      const ids = reached.filter((stop) => stop.symbol === symbol).map(({ id }) => id);
      if (ids.length === 0) continue;
      const touched = new Set(await this.orders.touchStops(ids, new Date(asOf)));
      for (const id of ids) {
        if (!touched.has(id)) await this.orders.touchStop(id, new Date(asOf));
      }
    }
  }
}

async function inBatches<Row extends { readonly id: string }>(
  read: (afterId: string | undefined) => Promise<readonly Row[]>,
  take: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  let rows = await read(undefined);
  while (rows.length > 0) {
    await take(rows);
    if (rows.length < BATCH) return;
    rows = await read(rows.at(-1)?.id);
  }
}

function movedMark({ id, side, last, ...trail }: TrailedOrder): MovedMark {
  const mark = money(last);
  return {
    id,
    waterMark: moneyText(mark),
    stopPrice: moneyText(trailingStop(side, trailOf(trail), mark)),
  };
}
