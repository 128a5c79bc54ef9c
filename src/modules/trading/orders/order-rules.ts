import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { OptionOrders } from '../options/option-orders.js';
import type { PlaceOrder } from '../trading.dto.js';
import { NamedLots } from './named-lots.js';
import { workingTimeOf, type WorkingTime } from './time-in-force.js';

/** What orders must keep to beside what every order must. */
@Injectable()
export class OrderRules {
  constructor(
    /** Those that name lots. */
    readonly lots: NamedLots,
    /** Those for contracts. */
    readonly options: OptionOrders,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * When an order works that is placed now.
   * @throws AppError as `workingTimeOf` of its time in force; `trading.bad_expiry` for an end after that of its contract
   */
  workingTimeOf(request: PlaceOrder): WorkingTime {
    const { hours } = this.config.trading;
    const { worksFrom, expiresAt } = workingTimeOf(request, hours, this.clock.nowMs());
    const { symbol, timeInForce } = request;
    return { worksFrom, expiresAt: this.options.endOf(symbol, timeInForce, expiresAt) };
  }
}
