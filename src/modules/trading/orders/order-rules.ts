import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import { ShortOrders } from '../margin/short-orders.js';
import { OptionOrders } from '../options/option-orders.js';
import type { OrderRequest, PlaceOrder } from '../trading.dto.js';
import { unknownSymbol } from '../trading.errors.js';
import { NamedLots } from './named-lots.js';
import { sizedOrder } from './order-size.js';
import { workingTimeOf, type WorkingTime } from './time-in-force.js';

/** What orders must keep to beside what every order must. */
@Injectable()
export class OrderRules {
  constructor(
    /** Those that name lots. */
    readonly lots: NamedLots,
    /** Those for contracts. */
    readonly options: OptionOrders,
    /** Those that sell short, and buy back. */
    readonly shorts: ShortOrders,
    private readonly quotes: QuotesService,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The order with its quantity, or the estimate of it.
   * @throws AppError `trading.unknown_symbol`; as `sizedOrder`
   */
  sized(request: OrderRequest): PlaceOrder {
    return sizedOrder(request, () => {
      const { symbol } = request;
      if (!this.quotes.findInstrument(symbol)) throw unknownSymbol(symbol);
      const { bid, ask } = this.quotes.currentQuote(symbol);
      return { bid: money(bid), ask: money(ask) };
    });
  }

  /**
   * When an order works that is placed now.
   * @throws AppError as `workingTimeOf` of its time in force; `trading.bad_expiry` for an end after that of its contract
   */
  workingTimeOf(request: OrderRequest): WorkingTime {
    const { hours } = this.config.trading;
    const { worksFrom, expiresAt } = workingTimeOf(request, hours, this.clock.nowMs());
    const { symbol, timeInForce } = request;
    return { worksFrom, expiresAt: this.options.endOf(symbol, timeInForce, expiresAt) };
  }
}
