import { Inject, Injectable } from '@nestjs/common';
import type { Sql, Transaction } from '../../../../database/index.js';
import { Clock } from '../../../../kernel/clock.js';
import { money, type Money } from '../../../../kernel/money.js';
import { ExecutionsRepository } from '../../execution/executions.repository.js';
import { OrdersRepository } from '../orders.repository.js';
import type { OrderRow } from '../orders.table.js';
import { dayEndMs } from '../trading-session.js';
import { closableAfter } from './group-exposure.js';
import { GroupsRepository } from './groups.repository.js';
import { stepsAfter, type GroupStep } from './group-steps.js';

/** Which steps the orders of a group take because one of them has taken one. */
@Injectable()
export class OrderGroups {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly executions: ExecutionsRepository,
    private readonly orders: OrdersRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The account must be locked. @param changed as it is after its step; nothing follows for one that is in no group */
  async stepsAfter({ sql }: Transaction, changed: OrderRow): Promise<GroupStep[]> {
    const { accountId, groupId } = changed;
    if (groupId === null) return [];
    const group = await this.groups.list(accountId, groupId, sql);
    return stepsAfter(changed, group, await this.#free(sql, changed));
  }

  async #free(connection: Sql, changed: OrderRow): Promise<Money> {
    const { accountId, symbol } = changed;
    const position = await this.executions.findPosition(connection, accountId, symbol);
    if (!position) return money(0);
    const working = await this.orders.listWorking(connection, accountId, symbol);
    const shares = {
      quantity: money(position.quantity),
      reserved: money(position.reservedQuantity),
    };
    return closableAfter(changed, shares, working);
  }

  /** What `from` held back is held back by `to` from now on. */
  async handOver({ sql }: Transaction, from: OrderRow, to: OrderRow): Promise<OrderRow> {
    const { reservedCash, reservedFees, reservedQuantity } = from;
    const holding = { reservedCash, reservedFees, reservedQuantity };
    await this.groups.setHolding(sql, to.id, holding);
    return { ...to, ...holding };
  }

  /** When a leg ends that begins to work now: of the day with the session that is on, or comes next. */
  endOf({ timeInForce, expiresAt }: OrderRow): Date | null {
    return timeInForce === 'day' ? new Date(dayEndMs(this.clock.nowMs(), false)) : expiresAt;
  }
}
