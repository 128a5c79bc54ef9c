import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money } from '../../../kernel/money.js';
import { AccountWork } from '../accounts/account-work.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import type { Order, OrderRequest, PlaceOrder, ReplaceOrder } from '../trading.dto.js';
import { askedOf, assertAskedAgain } from './asked.js';
import { BuyingPower } from './buying-power.js';
import { GroupOrders } from './groups/group-orders.js';
import { assertGroup } from './groups/group-terms.js';
import { isSameOrder, newOrder, type OrderCircumstances } from './new-order.js';
import { OrderJournal } from './order-journal.js';
import { assertTransition } from './order-state.js';
import { OrdersRepository } from './orders.repository.js';
import type { OrderRow } from './orders.table.js';
import { replacementOf } from './replacement.js';
import { assertBeforeAuction } from './time-in-force.js';

const NO_HOLDING = { cash: money(0), shares: money(0) };

/** Takes orders, alone or with their legs, and puts one in the place of another: as a part of work on an account. */
@Injectable()
export class OrderPlacement {
  constructor(
    private readonly work: AccountWork,
    private readonly orders: OrdersRepository,
    private readonly buyingPower: BuyingPower,
    private readonly journal: OrderJournal,
    private readonly groups: GroupOrders,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * A refusal comes before anything is written.
   * @param account as it is now, with all that the work has changed
   * @param asked by the request that it is a part of
   * @throws AppError as `OrdersService.place`
   */
  async place(
    transaction: Transaction,
    account: AccountRow,
    order: OrderRequest,
    asked = askedOf('place', order.symbol, order),
  ): Promise<Order> {
    assertGroup(order);
    const by = { asked, replaces: null };
    const repeated = await this.#findRepeated(transaction, account.id, order, by);
    if (repeated) return this.groups.firstAnswer(transaction, repeated);
    const time = this.buyingPower.rules.workingTimeOf(order);
    const request = this.buyingPower.rules.sized(order);
    const group = this.groups.placeOf(request);
    const of = { ...by, time, ...(group && { group }) };
    const head = await this.#accept(transaction, account, request, of, false);
    return this.groups.attachLegs(transaction, account.userId, head, request);
  }

  /**
   * Ends an order, and puts another in its place that asks for what is left of the changed one: all of it or nothing.
   * @throws AppError as `OrdersService.replace`
   */
  async replace(
    transaction: Transaction,
    { id: accountId, userId }: AccountRow,
    before: OrderRow,
    change: ReplaceOrder,
  ): Promise<Order> {
    // One that was replaced already may be asked for again; the step below refuses any other.
    if (before.status !== 'replaced') assertTransition(before.status, 'replaced');
    const asked = askedOf('replace', before.id, change);
    const replacement = replacementOf(before, change);
    const by = { asked, replaces: before.id };
    const repeated = await this.#findRepeated(transaction, accountId, replacement, by);
    if (repeated) return this.groups.firstAnswer(transaction, repeated);
    assertTransition(before.status, 'replaced');
    assertBeforeAuction(before, this.clock.nowMs());
    const request = this.buyingPower.rules.sized(replacement);
    const share = await this.groups.shareOf(transaction, before, request, change);
    const end = { status: 'replaced' } as const;
    await this.journal.end(transaction, userId, before, end, { reason: 'replaced_by_owner' });
    // Read again: what the order held back is free for the one that takes its place.
    const account = await this.work.reread(transaction, accountId);
    const of = {
      ...by,
      time: before,
      trigger: before,
      ...(share && { group: share.place }),
    };
    const row = await this.#accept(transaction, account, request, of, share?.isCovered ?? false);
    if (row.groupRole === 'entry') await this.groups.followEntry(transaction, userId, row);
    return this.groups.firstAnswer(transaction, row);
  }

  /** @param isCovered another order of its group holds back for it */
  async #accept(
    transaction: Transaction,
    account: AccountRow,
    request: PlaceOrder,
    of: Pick<OrderCircumstances, 'asked' | 'replaces' | 'time' | 'trigger' | 'group'>,
    isCovered: boolean,
  ): Promise<OrderRow> {
    const { trigger, group } = of;
    await this.buyingPower.rules.options.assertOrder(transaction, account.id, request, of.replaces);
    const holding = group?.isHeld
      ? NO_HOLDING
      : await this.buyingPower.reserve(transaction, account, request, trigger, {
          groupId: group?.groupId,
          isCovered,
        });
    const at = new Date(this.clock.nowMs());
    const row = newOrder(request, { ...of, accountId: account.id, holding, at });
    return this.journal.accept(transaction, account.userId, row);
  }

  /** The order that was placed under the same `client_order_id`. */
  async #findRepeated(
    transaction: Transaction,
    accountId: string,
    request: OrderRequest,
    { asked, replaces }: { readonly asked: string; readonly replaces: string | null },
  ): Promise<OrderRow | undefined> {
    const clientOrderId = request.client_order_id;
    if (clientOrderId === undefined) return undefined;
    const row = await this.orders.findByClientOrderId(transaction.sql, accountId, clientOrderId);
    if (!row) return undefined;
    const isLikeIt =
      row.asked === null &&
      row.replaces === replaces &&
      isSameOrder(row, request) &&
      // What takes the place of an order in a group is asked for without legs.
      (replaces !== null || (await this.groups.hasSameLegs(transaction, row, request)));
    assertAskedAgain(row, asked, isLikeIt);
    return row;
  }
}
