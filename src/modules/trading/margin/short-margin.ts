import { Money, money, moneyText } from '../../../kernel/money.js';

/** Federal Reserve Regulation T, 12 CFR 220.12(c)(1): 150 % of what is sold short, its proceeds included. */
const INITIAL_SHARE = money('0.5');
/** FINRA rule 4210(c)(3), of a share from 5 USD on: the greater of 5 USD and 30 %. */
const CHEAP_BELOW = money(5);
const MAINTENANCE_SHARE = money('0.3');
const MAINTENANCE_USD = money(5);
/** FINRA rule 4210(c)(2), of a cheaper one: the greater of 2.50 USD and 100 %. */
const CHEAP_MAINTENANCE_USD = money('2.5');
/** What lies above the initial requirement is freed once it is more than this part of it: not with every tick. */
const SLACK = money('0.05');

/** USD a share that must be there beside what buying it back costs, at this price. */
export function maintenanceMargin(price: Money): Money {
  return price.lt(CHEAP_BELOW)
    ? Money.max(price, CHEAP_MAINTENANCE_USD)
    : Money.max(price.times(MAINTENANCE_SHARE), MAINTENANCE_USD);
}

/** The same when a share is sold short: never less than what must be there afterwards. */
export function initialMargin(price: Money): Money {
  return Money.max(price.times(INITIAL_SHARE), maintenanceMargin(price));
}

/** USD that are put behind a short sale: what it brought, and its margin. */
export function initialCollateral(shares: Money, price: Money): Money {
  return asStored(shares.times(price.plus(initialMargin(price))));
}

/** USD that must stand behind a short position. */
export function maintenanceCollateral(shares: Money, price: Money): Money {
  return asStored(shares.times(price.plus(maintenanceMargin(price))));
}

/** Whether so much more than the initial requirement stands behind a short position that the rest is freed. */
export function isTooMuch(collateral: Money, shares: Money, price: Money): boolean {
  return collateral.gt(initialCollateral(shares, price).times(SLACK.plus(1)));
}

/** The same as SQL: of a column or value `price`, USD a share. Text, so that index and query have it from one place. */
export const MAINTENANCE_MARGIN_SQL = (price: string): string =>
  `(case when ${price} < ${CHEAP_BELOW.toFixed()} then greatest(${price}, ${CHEAP_MAINTENANCE_USD.toFixed()}) ` +
  `else greatest(${price} * ${MAINTENANCE_SHARE.toFixed()}, ${MAINTENANCE_USD.toFixed()}) end)`;

export const INITIAL_MARGIN_SQL = (price: string): string =>
  `greatest(${price} * ${INITIAL_SHARE.toFixed()}, ${MAINTENANCE_MARGIN_SQL(price)})`;

export const SLACK_SQL = SLACK.plus(1).toFixed();

function asStored(amount: Money): Money {
  return money(moneyText(amount));
}
