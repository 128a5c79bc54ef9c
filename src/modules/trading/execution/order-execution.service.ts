import { Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { AccountWork } from '../accounts/account-work.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { HaltedOrders } from '../halts/halted-orders.js';
import { isWorking } from '../orders/order-state.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import type { OrderRow } from '../orders/orders.table.js';
import { OrderSteps } from './order-steps.js';
import { SessionOrders } from './session-orders.js';

/** Works orders, each under the lock of its account. */
@Injectable()
export class OrderExecutionService {
  readonly #logger = new Logger(OrderExecutionService.name);

  constructor(
    private readonly work: AccountWork,
    private readonly orders: OrdersRepository,
    private readonly halted: HaltedOrders,
    private readonly sessions: SessionOrders,
    private readonly steps: OrderSteps,
  ) {}

  /**
   * Takes one step: the order trades with what the market offers now, or waits, or ends. An order that is done
   * already is left as it is: running twice changes nothing.
   *
   * Jobs of an account run in any order, side by side. Its orders meet the market for the first time in the order in which
   * they were accepted all the same: those before this one that have not yet take their step first, each in a
   * transaction of its own. One that cannot holds back nobody: it is left to its own job.
   */
  async execute(orderId: string): Promise<void> {
    const known = await this.orders.find(orderId);
    if (!known || !isWorking(known.status)) return;
    for (const tried: string[] = []; !tried.includes(orderId);) {
      let next: string | undefined;
      try {
        await this.work.run(known.accountId, async (transaction, account) => {
          next = orderId;
          // Read again under the lock: another run, or a cancellation, may have been faster.
          const order = await this.orders.findOwn(transaction.sql, account.id, orderId);
          if (!order || !isWorking(order.status)) return;
          const first = await this.#firstUpTo(transaction, order, tried);
          next = first.id;
          await this.#step(transaction, account, first);
        });
      } catch (error) {
        if (next === undefined || next === orderId) throw error;
        const message = 'an earlier order of the account could not be executed';
        this.#logger.warn({ message, orderId: next, err: error });
      }
      if (next !== undefined) tried.push(next);
    }
  }

  /** The order itself, unless one of the account is to be tried before it. */
  async #firstUpTo(
    transaction: Transaction,
    order: OrderRow,
    tried: readonly string[],
  ): Promise<OrderRow> {
    // One that has met the market is behind nobody: those before it have too.
    if (order.status !== 'accepted') return order;
    return (await this.orders.findUntriedBefore(transaction.sql, order, tried)) ?? order;
  }

  async #step(transaction: Transaction, account: AccountRow, order: OrderRow): Promise<void> {
    if (await this.halted.hold(transaction, account.userId, order)) return;
    if (await this.sessions.hold(transaction, account.userId, order)) return;
    await this.steps.take(transaction, account, order);
  }
}
