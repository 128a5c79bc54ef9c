import { Injectable } from '@nestjs/common';
import { AccountWork } from '../accounts/account-work.js';
import { HaltedOrders } from '../halts/halted-orders.js';
import { isWorking } from '../orders/order-state.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { OrderSteps } from './order-steps.js';
import { SessionOrders } from './session-orders.js';

/** Works orders, each under the lock of its account. */
@Injectable()
export class OrderExecutionService {
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
   */
  async execute(orderId: string): Promise<void> {
    const known = await this.orders.find(orderId);
    if (!known || !isWorking(known.status)) return;
    await this.work.run(known.accountId, async (transaction, account) => {
      // Read again under the lock: another run, or a cancellation, may have been faster.
      const order = await this.orders.findOwn(transaction.sql, account.id, orderId);
      if (!order || !isWorking(order.status)) return;
      if (await this.halted.hold(transaction, account.userId, order)) return;
      if (await this.sessions.hold(transaction, account.userId, order)) return;
      await this.steps.take(transaction, account, order);
    });
  }
}
