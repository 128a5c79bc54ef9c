import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { LotLedger } from '../execution/lot-ledger.js';
import { Balances } from '../ledger/balances.js';
import { Ledger } from '../ledger/ledger.js';
import { accountStream, CorporateActionApplied } from '../trading.events.js';
import { ActionMargin } from './action-margin.js';
import { effectOf } from './corporate-action.js';
import { CorporateActionsRepository } from './corporate-actions.repository.js';
import type { CorporateActionRow } from './corporate-actions.table.js';
import { toCorporateAction } from './to-corporate-action.js';

/** Applies what was announced to one account. */
@Injectable()
export class ActionApplication {
  constructor(
    private readonly actions: CorporateActionsRepository,
    private readonly margin: ActionMargin,
    private readonly lots: LotLedger,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * All that is to be applied to the account, once each: the account must be locked by the transaction, and read again after it.
   * @returns whether there was anything
   */
  async applyPending(transaction: Transaction, account: AccountRow): Promise<boolean> {
    if (account.pendingActions === 0) return false;
    const pending = await this.actions.listPending(transaction.sql, account.id);
    for (const row of pending) await this.#apply(transaction, account, row);
    const ids = pending.map(({ id }) => id);
    const at = new Date(this.clock.nowMs());
    await this.actions.markApplied(transaction.sql, account.id, ids, at);
    return true;
  }

  async #apply(
    transaction: Transaction,
    account: AccountRow,
    row: CorporateActionRow,
  ): Promise<void> {
    const { id: accountId, userId } = account;
    const { id: corporateActionId, kind, symbol } = row;
    const action = toCorporateAction(row);
    await this.margin.endOrders(transaction, account, action);
    const open = await this.lots.listOpen(transaction.sql, accountId, symbol);
    const effect = effectOf(action, open);
    if (effect.postings.length === 0) return;
    const { postings } = effect;
    await this.margin.makeRoom(transaction, account, action, effect);
    const entry = { accountId, kind, postings, corporateActionId };
    const { seq, at } = await this.ledger.post(transaction, entry);
    if (action.kind !== 'dividend') {
      const { cash } = new Balances(postings);
      const newSymbol = action.kind === 'symbol_change' ? action.newSymbol : undefined;
      const of = { accountId, symbol, seq, at, cash };
      await this.lots.adjust(transaction.sql, of, effect, newSymbol);
    }
    await this.margin.free(transaction, account, action);
    const event = { userId, actionId: corporateActionId, kind, symbol };
    const stream = accountStream(accountId);
    await this.outbox.publish(transaction, CorporateActionApplied, event, stream);
  }
}
