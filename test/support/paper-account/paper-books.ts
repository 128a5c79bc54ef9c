import { newId } from '../../../src/kernel/ids.js';
import { money, moneyText, type Money } from '../../../src/kernel/money.js';
import type { AccountRow } from '../../../src/modules/trading/accounts/accounts.table.js';
import type { CorporateAction } from '../../../src/modules/trading/corporate-actions/corporate-action.js';
import type { ExecutionRow } from '../../../src/modules/trading/execution/executions.table.js';
import type { PaidFill } from '../../../src/modules/trading/execution/fill-cover.js';
import {
  costPerShare,
  namedForFill,
  totalOf,
  type LotMethod,
} from '../../../src/modules/trading/execution/lots.js';
import { Balances } from '../../../src/modules/trading/ledger/balances.js';
import type { LedgerEntry } from '../../../src/modules/trading/ledger/ledger.repository.js';
import type { LedgerEntryKind } from '../../../src/modules/trading/ledger/ledger.table.js';
import type { Posting } from '../../../src/modules/trading/ledger/postings.js';
import type { PledgedPosition } from '../../../src/modules/trading/margin/fill-collateral.js';
import type { OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import type { KeptAccount } from './kept-account.js';
import { PaperLots } from './paper-lots.js';

/** Nothing that is audited depends on when it was. */
export const AT = new Date('2026-11-25T15:00:00.000Z');
const SLIPPAGE = money('0.0000000003');

/** What an entry is of. */
interface EntryOf {
  readonly orderId?: string;
  readonly executionId?: string;
  readonly symbol?: string;
  readonly corporateActionId?: string;
}

/** The rows of an account, beside its orders: entries, executions and lots, and the figures that follow from them. */
export class PaperBooks {
  readonly accountId = newId();
  readonly balances = new Balances();
  readonly lots = new PaperLots(this.accountId);
  readonly #entries: LedgerEntry[] = [];
  readonly #executions: ExecutionRow[] = [];
  readonly #actions = new Map<string, CorporateAction>();
  /** USD behind short positions, by symbol. */
  readonly #collateral = new Map<string, Money>();

  pledged(symbol: string): PledgedPosition {
    const { quantity } = this.balances.sharesOf(symbol);
    return { quantity, collateral: this.#collateral.get(symbol) ?? money(0) };
  }

  post(kind: LedgerEntryKind, postings: readonly Posting[], of: EntryOf = {}): void {
    const id = newId();
    const change = new Balances(postings).collateral;
    // An entry names a symbol when it moves what stands behind it.
    const symbol = change.isZero() ? undefined : of.symbol;
    if (symbol) this.#collateral.set(symbol, change.plus(this.#collateral.get(symbol) ?? 0));
    for (const posting of postings) this.balances.add(posting);
    this.#entries.push({
      id,
      accountId: this.accountId,
      seq: this.#entries.length + 1,
      kind,
      orderId: of.orderId ?? null,
      executionId: of.executionId ?? null,
      symbol: symbol ?? null,
      corporateActionId: of.corporateActionId ?? null,
      clientTransferId: null,
      at: AT,
      postings: postings.map(({ amount, ...posting }, line) => ({
        ...posting,
        entryId: id,
        line,
        amount: moneyText(amount),
      })),
    });
  }

  apply(action: CorporateAction, postings: readonly Posting[]): void {
    const corporateActionId = newId();
    this.#actions.set(corporateActionId, action);
    this.post(action.kind, postings, { corporateActionId });
  }

  /** @param order as it was before the fill */
  execute(
    { id: orderId, symbol, namedLots, filledQuantity }: OrderRow,
    { side, quantity, price, fee }: PaidFill,
    postings: readonly Posting[],
    lotMethod: LotMethod,
  ): void {
    const id = newId();
    this.post('fill', postings, { orderId, executionId: id, symbol });
    const seq = this.#entries.length;
    this.#executions.push({
      id,
      accountId: this.accountId,
      orderId,
      symbol,
      side,
      quantity: moneyText(quantity),
      price: moneyText(price),
      quoteAsOf: AT,
      quoteSource: 'simulated',
      fee: moneyText(fee),
      rule: 'limit',
      sequence: seq,
      slippage: moneyText(SLIPPAGE),
      bid: moneyText(price.plus(SLIPPAGE)),
      ask: moneyText(price.minus(SLIPPAGE)),
      bidSize: null,
      askSize: null,
      executedAt: AT,
    });
    const { cash } = new Balances(postings);
    const named = namedForFill(namedLots ?? [], money(filledQuantity), quantity);
    this.lots.trade({ id, symbol, side, quantity, cash, named, seq, at: AT }, lotMethod);
  }

  kept(
    settings: Pick<AccountRow, 'startingCash' | 'lotMethod' | 'shortSelling'>,
    orders: OrderRow[],
  ): KeptAccount {
    const { accountId, balances } = this;
    const kept = structuredClone({
      account: {
        id: accountId,
        userId: newId(),
        currency: 'USD' as const,
        cash: moneyText(balances.cash),
        reservedCash: moneyText(balances.reservedCash),
        collateral: moneyText(balances.collateral),
        contributed: moneyText(balances.contributed),
        feesPaid: moneyText(balances.feesPaid),
        ledgerSeq: this.#entries.length,
        ...settings,
        pendingActions: 0,
        createdAt: AT,
      },
      entries: this.#entries,
      executions: this.#executions,
      orders,
      positions: [...balances.shares()].map(([symbol, { quantity, reserved }]) => {
        const total = totalOf(this.lots.open(symbol));
        return {
          accountId,
          symbol,
          quantity: moneyText(quantity),
          reservedQuantity: moneyText(reserved),
          costBasis: moneyText(total.cost),
          collateral: moneyText(this.pledged(symbol).collateral),
          averageCost: moneyText(costPerShare(total)),
          realizedPnl: moneyText(this.lots.realized(symbol)),
          updatedAt: AT,
        };
      }),
      lots: this.lots.rows,
      closures: this.lots.closures,
    });
    return { ...kept, actions: this.#actions };
  }
}
