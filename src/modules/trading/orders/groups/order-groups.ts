import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../../database/index.js';
import { Clock } from '../../../../kernel/clock.js';
import { money } from '../../../../kernel/money.js';
import { ExecutionsRepository } from '../../execution/executions.repository.js';
import type { OrderRow } from '../orders.table.js';
import { dayEndMs } from '../trading-session.js';
import { GroupsRepository } from './groups.repository.js';
import { stepsAfter, type GroupStep } from './group-steps.js';

/** Which steps the orders of a group take because one of them has taken one. */
@Injectable()
export class OrderGroups {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly executions: ExecutionsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The account must be locked. @param changed as it is after its step; nothing follows for one that is in no group */
  async stepsAfter({ sql }: Transaction, changed: OrderRow): Promise<GroupStep[]> {
    const { accountId, groupId, symbol } = changed;
    if (groupId === null) return [];
    const group = await this.groups.list(accountId, groupId, sql);
    const position = await this.executions.findPosition(sql, accountId, symbol);
    const free = position ? money(position.quantity).minus(position.reservedQuantity) : money(0);
    return stepsAfter(changed, group, free);
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
