import { money, Money, sumOf } from '../../../kernel/money.js';
import { isFinal, isWorking } from '../orders/order-state.js';
import type { OrderRow } from '../orders/orders.table.js';

type Member = Pick<
  OrderRow,
  | 'side'
  | 'reservedCash'
  | 'groupRole'
  | 'status'
  | 'quantity'
  | 'placedQuantity'
  | 'filledQuantity'
  | 'reservedQuantity'
>;

/** What is kept of a group, and what it would be by the rules of groups. */
type Expect = (what: string, kept: Money | string, derived: Money | string) => void;

/**
 * Holds the orders of groups against what groups promise: that legs wait as long as their entry works and no longer,
 * that both legs never trade more than there is for them, and that they hold back once what they sell, and nothing to buy back.
 */
export class GroupAudit {
  readonly #groups = new Map<string, Member[]>();

  constructor(private readonly expect: Expect) {}

  /** In any order. */
  add({ groupId, ...row }: OrderRow): void {
    if (groupId === null) return;
    const { side, groupRole, status, quantity, placedQuantity, filledQuantity } = row;
    const { reservedCash, reservedQuantity } = row;
    const members = this.#groups.get(groupId) ?? [];
    const traded = { filledQuantity, reservedCash, reservedQuantity };
    members.push({ side, groupRole, status, quantity, placedQuantity, ...traded });
    this.#groups.set(groupId, members);
  }

  /** At last. */
  finish(): void {
    for (const [groupId, members] of this.#groups) this.#check(`groups.${groupId}`, members);
  }

  #check(what: string, members: readonly Member[]): void {
    const entries = members.filter(({ groupRole }) => groupRole === 'entry');
    const legs = members.filter(({ groupRole }) => groupRole !== 'entry');
    const hasEntered = entries.every(({ status }) => isFinal(status));
    for (const { status } of legs) {
      if (!isFinal(status) && hasEntered !== isWorking(status)) {
        this.expect(`${what}.entry`, hasEntered ? 'ended' : 'working', `with a leg ${status}`);
      }
    }
    const sold = sumOf(legs.map(({ filledQuantity }) => filledQuantity));
    const most =
      entries.length > 0 ? sumOf(entries.map(filledOf)) : Money.max(...legs.map(placedOf));
    this.expect(`${what}.sold`, sold, Money.min(sold, most));
    const working = legs.filter(({ status }) => isWorking(status));
    const [left] = working.map(leftOf);
    if (left === undefined) return;
    for (const leg of working) this.expect(`${what}.left`, leftOf(leg), left);
    this.expect(`${what}.left`, left, Money.min(left, most.minus(sold)));
    const sells = working.some(({ side }) => side === 'sell');
    const reserved = sumOf(working.map((leg) => leg.reservedQuantity));
    this.expect(`${what}.reserved`, reserved, sells ? left : money(0));
    this.expect(`${what}.reservedCash`, sumOf(working.map((leg) => leg.reservedCash)), money(0));
  }
}

function filledOf({ filledQuantity }: Member): Money {
  return money(filledQuantity);
}

function placedOf({ quantity, placedQuantity }: Member): Money {
  return money(placedQuantity ?? quantity);
}

function leftOf({ quantity, filledQuantity }: Member): Money {
  return money(quantity).minus(filledQuantity);
}
