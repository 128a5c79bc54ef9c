import { money, type Money } from '../../../kernel/money.js';
import type { OptionContract } from '../../market-data/index.js';
import type { Fill } from '../execution/position.js';

/** What ends a contract, as the ledger calls it. */
export const OPTION_ENTRY_KINDS = [
  'option_expiry',
  'option_exercise',
  'option_assignment',
] as const;
export type OptionEntryKind = (typeof OPTION_ENTRY_KINDS)[number];

/**
 * Exercise by exception: what is in the money by a cent or more at expiry is exercised unless its holder says otherwise
 * (OCC Rule 805(d)(2)). Nobody says otherwise here.
 */
const EXERCISED_FROM = money('0.01');

/** A contract that an account holds, or below zero has written. */
export interface HeldContract {
  /** Shares under contract. */
  readonly quantity: Money;
  /** USD a share that was paid for it on average; of a written one, that it brought. */
  readonly averageCost: Money;
  readonly right: OptionContract['right'];
  /** USD a share. */
  readonly strike: Money;
}

/** What the account has to take or deliver shares with: free, or held back for just this. */
export interface Means {
  /** USD. */
  readonly cash: Money;
  readonly shares: Money;
}

/** One of the trades that the end of a contract amounts to. */
export interface SettlementLeg extends Fill {
  readonly of: 'contract' | 'underlying';
}

export interface Settlement {
  readonly kind: OptionEntryKind;
  /** In an order in which none needs cash that a later one brings. */
  readonly legs: readonly SettlementLeg[];
}

/** Whether it is exercised at expiry. @param intrinsic USD a share that exercising gives */
export function isInTheMoney(intrinsic: Money): boolean {
  return intrinsic.gte(EXERCISED_FROM);
}

/**
 * How an expired contract ends: out of the money it is worth nothing; in the money it is exercised, a written one
 * assigned. A holder without the cash for the shares of a call, or without the shares that a put delivers, gets what
 * exercising would have given, in cash: all of the contracts or none of them.
 */
export function settle(held: HeldContract, intrinsic: Money, means: Means): Settlement {
  const isLong = held.quantity.gt(0);
  if (!isInTheMoney(intrinsic)) {
    return { kind: 'option_expiry', legs: [closing(held, money(0))] };
  }
  if (!isLong) return { kind: 'option_assignment', legs: delivery(held) };
  const suffices = canExercise(held, means);
  return { kind: 'option_exercise', legs: suffices ? delivery(held) : [closing(held, intrinsic)] };
}

/** Whether a holder has what exercising takes. */
export function canExercise({ right, strike, quantity }: HeldContract, means: Means): boolean {
  return right === 'call' ? means.cash.gte(strike.times(quantity)) : means.shares.gte(quantity);
}

/**
 * Shares for the strike. The contract goes for what it cost, so that it makes no profit of its own; that is added to
 * the cost of the shares, or taken off what they bring: together the trades move the strike, and nothing else.
 */
export function delivery(held: HeldContract): SettlementLeg[] {
  const { right, strike } = held;
  const isLong = held.quantity.gt(0);
  // What a put cost beyond its strike no price of shares can carry: that part is lost with the contract.
  const isAboveStrike = right === 'put' && held.averageCost.gt(strike);
  const carried = isAboveStrike ? strike : held.averageCost;
  const contract = closing(held, carried);
  const shares: SettlementLeg = {
    of: 'underlying',
    side: (right === 'call') === isLong ? 'buy' : 'sell',
    quantity: held.quantity.abs(),
    price: right === 'call' ? strike.plus(carried) : strike.minus(carried),
  };
  // Who delivers shares for an assigned call is paid first, and buys back the contract with it.
  return isLong || right === 'put' ? [contract, shares] : [shares, contract];
}

function closing({ quantity }: HeldContract, price: Money): SettlementLeg {
  return {
    of: 'contract',
    side: quantity.gt(0) ? 'sell' : 'buy',
    quantity: quantity.abs(),
    price,
  };
}
