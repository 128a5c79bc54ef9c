import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { isId, newId } from '../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../kernel/page.js';
import type { PageQuery } from '../../http/index.js';
import { QuotesService } from '../market-data/index.js';
import type { CreatePriceAlert, PriceAlert } from './price-alerts.dto.js';
import { priceAlertNotFound, tooManyPriceAlerts, unknownSymbol } from './price-alerts.errors.js';
import { toPriceAlert } from './price-alerts.mappers.js';
import { PriceAlertsRepository } from './price-alerts.repository.js';

/** Armed ones; those that have fired do not count. */
const MAX_ARMED_PER_USER = 100;

/** The prices that users want to be told of. */
@Injectable()
export class PriceAlertsService {
  constructor(
    private readonly alerts: PriceAlertsRepository,
    private readonly quotes: QuotesService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * One whose price is reached already fires on the next tick.
   * @throws AppError `price_alerts.unknown_symbol` (also for a contract), `price_alerts.too_many`
   */
  async create(
    userId: string,
    { symbol, direction, price }: CreatePriceAlert,
  ): Promise<PriceAlert> {
    const listed = this.quotes.findListed(symbol);
    if (!listed) throw unknownSymbol(symbol);
    const row = {
      id: newId(),
      userId,
      symbol: listed.symbol,
      direction,
      price,
      createdAt: new Date(this.clock.nowMs()),
      firedAt: null,
      firedPrice: null,
    };
    if (!(await this.alerts.insert(row, MAX_ARMED_PER_USER)))
      throw tooManyPriceAlerts(MAX_ARMED_PER_USER);
    return toPriceAlert(row);
  }

  /** Armed and fired, newest first. @throws AppError `request.bad_cursor` */
  async list(userId: string, { cursor, limit }: PageQuery): Promise<Page<PriceAlert>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.alerts.list(userId, { beforeId, limit: limit + 1 });
    return toPage(rows.map(toPriceAlert), limit);
  }

  /** @throws AppError `price_alerts.not_found`, also for one of somebody else */
  async remove(userId: string, id: string): Promise<void> {
    const removed = isId(id) && (await this.alerts.remove(userId, id));
    if (!removed) throw priceAlertNotFound();
  }
}
