import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../../database/index.js';
import { Clock } from '../../../../kernel/clock.js';
import { money, sumOf, type Money } from '../../../../kernel/money.js';
import { QuotesService } from '../../../market-data/index.js';
import type { Order, OrderRequest, PlaceOrder, ReplaceOrder } from '../../trading.dto.js';
import { badReplacement, unknownSymbol } from '../../trading.errors.js';
import { toFirstAnswer, toLeg, toOrder } from '../../trading.mappers.js';
import { newOrder, type GroupPlace } from '../new-order.js';
import { OrderJournal } from '../order-journal.js';
import { hasPrices, NOT_TRIGGERED, pricesOf, termsAtAcceptance } from '../order-prices.js';
import type { OrderPrices } from '../order-prices.js';
import { isFinal, isWorking } from '../order-state.js';
import type { OrderRow } from '../orders.table.js';
import { tradedBy } from './group-steps.js';
import {
  assertGroupPrices,
  entryPriceOf,
  legPricesOf,
  legSideOf,
  legsOf,
  type LegRequest,
} from './group-terms.js';
import { GroupsRepository } from './groups.repository.js';
import { headRoleOf, type GroupRole } from './order-class.js';

const NOTHING = { cash: money(0), shares: money(0) };

/** The place of an order in its group, and whether another one of it holds the shares back for both. */
export interface GroupShare {
  readonly place: GroupPlace;
  readonly isCovered: boolean;
}

/** Brackets, OCO and OTO: what is placed with an order, and what is told with it. */
@Injectable()
export class GroupOrders {
  constructor(
    private readonly groups: GroupsRepository,
    private readonly journal: OrderJournal,
    private readonly quotes: QuotesService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The place of an order that is placed now; undefined where it is in no group.
   * @throws AppError `trading.unknown_symbol`, `trading.bad_take_profit`, `trading.bad_stop_loss`,
   *   `trading.stop_price_reached`
   */
  placeOf(request: PlaceOrder): GroupPlace | undefined {
    const { orderClass = 'simple', symbol } = request;
    if (orderClass === 'simple') return undefined;
    const last = this.#lastPrice(symbol);
    const role = headRoleOf(orderClass);
    assertGroupPrices({
      side: legSideOf(request),
      entry: role === 'entry' ? entryPriceOf(pricesOf(request), last) : undefined,
      takeProfit: legPricesOf(request, 'take_profit'),
      stopLoss: legPricesOf(request, 'stop_loss'),
    });
    if (orderClass === 'oco') {
      for (const leg of legsOf(request)) termsAtAcceptance(leg.request, NOT_TRIGGERED, last);
    }
    return { orderClass, role, isHeld: false };
  }

  /** Stores the legs of an order that was accepted. @returns the answer to its sender */
  async attachLegs(
    transaction: Transaction,
    userId: string,
    head: OrderRow,
    request: PlaceOrder,
  ): Promise<Order> {
    if (head.groupId === null) return toFirstAnswer(head);
    const legs: OrderRow[] = [];
    for (const leg of legsOf(request)) {
      const row = this.#newLeg(head, leg);
      legs.push(await this.journal.accept(transaction, userId, row));
    }
    return {
      ...toFirstAnswer(head),
      legs: legs.map((row) => toLeg(toFirstAnswer(row, row.status))),
    };
  }

  /** Whether an order was placed with just the legs that a request asks for. */
  async hasSameLegs({ sql }: Transaction, row: OrderRow, request: OrderRequest): Promise<boolean> {
    const { orderClass = 'simple', quantity } = request;
    if (row.orderClass !== orderClass) return false;
    // By notional: without legs. So is most of what is asked twice, and needs no look at the group.
    if (orderClass === 'simple' || quantity === undefined) return true;
    const asked = legsOf({ ...request, quantity });
    const placed = placedWith(row, await this.#list(row, sql));
    return (
      asked.length === placed.length &&
      asked.every(({ role, request: leg }) => {
        const same = placed.find(({ groupRole }) => groupRole === role);
        return same?.type === leg.type && hasPrices(same, pricesOf(leg));
      })
    );
  }

  /** What placing the order has answered. */
  async firstAnswer({ sql }: Transaction, row: OrderRow): Promise<Order> {
    if (row.groupId === null) return toFirstAnswer(row);
    const legs = row.replaces === null ? placedWith(row, await this.#list(row, sql)) : [];
    const ids = [row, ...legs].map(({ id }) => id);
    const statuses = await this.groups.firstStatuses(sql, ids);
    const answer = toFirstAnswer(row, statuses.get(row.id));
    if (row.replaces !== null) return answer;
    return { ...answer, legs: legs.map((leg) => toLeg(toFirstAnswer(leg, statuses.get(leg.id)))) };
  }

  /** The order as it is now, with its legs if it has some. */
  async view(row: OrderRow): Promise<Order> {
    if (row.groupId === null || row.groupRole !== headRoleOf(row.orderClass)) return toOrder(row);
    const legs = (await this.#list(row)).filter(
      ({ groupRole, status }) => groupRole !== row.groupRole && status !== 'replaced',
    );
    return { ...toOrder(row), legs: legs.map((leg) => toLeg(toOrder(leg))) };
  }

  /**
   * The place of an order that is to take the place of another; undefined where that is in no group.
   * @throws AppError `trading.bad_replacement` for another quantity than that of its group; `trading.bad_take_profit`,
   *   `trading.bad_stop_loss`
   */
  async shareOf(
    { sql }: Transaction,
    before: OrderRow,
    request: PlaceOrder,
    change: ReplaceOrder,
  ): Promise<GroupShare | undefined> {
    const { groupId, groupRole: role, orderClass, symbol } = before;
    if (groupId === null || role === null) return undefined;
    if (
      role !== 'entry' &&
      change.quantity !== undefined &&
      !money(change.quantity).eq(before.quantity)
    ) {
      throw badReplacement('What a leg trades follows from its group.');
    }
    const rows = await this.#list(before, sql);
    const others = rows.filter(({ id, status }) => id !== before.id && !isFinal(status));
    const last = this.#lastPrice(symbol);
    const pricesAs = (of: GroupRole): OrderPrices | undefined => {
      if (of === role) return pricesOf(request);
      return pricesOfRow(others.find(({ groupRole }) => groupRole === of));
    };
    const entry = pricesAs('entry');
    // A stop that was reached has no place to keep any more.
    if (before.touchedAt === null) {
      assertGroupPrices({
        side: role === 'entry' ? legSideOf(before) : before.side,
        entry: entry && entryPriceOf(entry, last),
        takeProfit: pricesAs('take_profit'),
        stopLoss: pricesAs('stop_loss'),
      });
    }
    const isHeld = before.status === 'held';
    return {
      place: { orderClass, groupId, role, isHeld },
      // What buys back holds nothing back: what stands behind the position pays for it.
      isCovered:
        (role !== 'entry' && before.side === 'buy') ||
        others.some(({ groupRole, status }) => groupRole === 'take_profit' && isWorking(status)),
    };
  }

  /** Held legs close all that the entries of their group open: what they have, and what the latest asks for. */
  async followEntry(transaction: Transaction, userId: string, entry: OrderRow): Promise<void> {
    const rows = await this.#list(entry, transaction.sql);
    const quantity: Money = sumOf([tradedBy(entry, rows), entry.quantity]);
    for (const leg of rows.filter(({ status }) => status === 'held')) {
      if (quantity.eq(leg.quantity)) continue;
      const why = { reason: 'entry_replaced' } as const;
      await this.journal.resize(transaction, userId, leg, quantity, why);
    }
  }

  #newLeg(head: OrderRow, { role, request }: LegRequest): OrderRow {
    const { accountId, orderClass, id: groupId } = head;
    const isHeld = orderClass !== 'oco';
    return newOrder(request, {
      accountId,
      replaces: null,
      time: { worksFrom: null, expiresAt: isHeld ? null : head.expiresAt },
      holding: NOTHING,
      group: { orderClass, groupId, role, isHeld },
      at: new Date(this.clock.nowMs()),
    });
  }

  async #list(row: OrderRow, connection?: Transaction['sql']): Promise<OrderRow[]> {
    return row.groupId === null ? [] : this.groups.list(row.accountId, row.groupId, connection);
  }

  #lastPrice(symbol: string): Money {
    if (!this.quotes.findInstrument(symbol)) throw unknownSymbol(symbol);
    return money(this.quotes.currentQuote(symbol).last);
  }
}

/** The legs that came with the first order of a group. */
function placedWith({ id }: OrderRow, group: readonly OrderRow[]): OrderRow[] {
  return group.filter((row) => row.id !== id && row.replaces === null);
}

/** As it was placed: the stop of a trailing one moves by itself. */
function pricesOfRow(row: OrderRow | undefined): OrderPrices | undefined {
  if (row === undefined || row.touchedAt !== null) return undefined;
  return row.type === 'trailing_stop' ? { ...row, stopPrice: null } : row;
}
