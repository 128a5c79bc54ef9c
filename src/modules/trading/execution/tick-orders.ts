import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { Quote } from '../../market-data/index.js';
import { WorkingContracts } from '../options/working-contracts.js';
import type { OrderVersion } from '../orders/orders.repository.js';
import { sessionAt } from '../orders/trading-session.js';
import { WaitingOrdersRepository } from '../orders/waiting-orders.repository.js';
import { arrivedUntil } from './paper/paper-model.js';
import { StopPrices } from './stop-prices.js';
import { TickBookRepository } from './tick-book.repository.js';

/** Which waiting orders a tick is about. */
@Injectable()
export class TickOrders {
  constructor(
    private readonly book: TickBookRepository,
    private readonly waiting: WaitingOrdersRepository,
    private readonly stops: StopPrices,
    private readonly contracts: WorkingContracts,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * Orders that these quotes, or those of contracts, have reached and have shares for, stops that trades have reached,
   * and orders whose auction has come: at most `limit` of each.
   * @param listed all of one tick
   */
  async reachedBy(listed: readonly Quote[], nowMs: number, limit: number): Promise<OrderVersion[]> {
    const auctioned = await this.waiting.findAuctioned(new Date(nowMs), limit);
    const session = this.config.trading.hours === 'always' ? 'regular' : sessionAt(nowMs);
    if (session === 'closed') return auctioned;
    const quotes = [...listed, ...(await this.contracts.quoted())];
    const acceptedUntil = listed[0] && arrivedUntil(this.config.trading.paper, listed[0]);
    // Stops look at the trades of the regular session only.
    if (session === 'regular') await this.stops.follow(quotes);
    const inExtendedHours = session === 'extended';
    const front = await this.book.findFront(quotes, { acceptedUntil, inExtendedHours }, limit);
    const touched = session === 'regular' ? await this.waiting.findTouched(limit) : [];
    return [...front, ...touched, ...auctioned];
  }
}
