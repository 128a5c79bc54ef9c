import { Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { newId } from '../../../kernel/ids.js';
import { money, moneyText } from '../../../kernel/money.js';
import { encodeCursor, type Page } from '../../../kernel/page.js';
import { Ledger } from '../ledger/ledger.js';
import { LedgerRepository, type LedgerEntry } from '../ledger/ledger.repository.js';
import type { LedgerEntryRow } from '../ledger/ledger.table.js';
import { transfer } from '../ledger/postings.js';
import { clientTransferIdReused, insufficientFunds } from '../trading.errors.js';
import { accountStream, CashTransferred } from '../trading.events.js';
import { availableCash } from '../trading.mappers.js';
import { AccountWork } from './account-work.js';
import { AccountsService } from './accounts.service.js';
import { decodeSeqCursor } from './seq-cursor.js';
import type { Activity, ListActivities, Transfer, TransferRequest } from './transfers.dto.js';

/** Paper cash in and out of an account, and what has happened to it so far. */
@Injectable()
export class TransfersService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly ledger: Ledger,
    private readonly entries: LedgerRepository,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `trading.client_transfer_id_reused` */
  deposit(userId: string, request: TransferRequest): Promise<Transfer> {
    return this.#transfer(userId, 'deposit', request);
  }

  /**
   * Takes out what no working order holds back.
   * @throws AppError `trading.insufficient_funds`, `trading.client_transfer_id_reused`
   */
  withdraw(userId: string, request: TransferRequest): Promise<Transfer> {
    return this.#transfer(userId, 'withdrawal', request);
  }

  /** The entries of the account's ledger, newest first. */
  async list(userId: string, { cursor, limit, kind }: ListActivities): Promise<Page<Activity>> {
    const { id } = await this.accounts.getOrOpen(userId);
    const rows = await this.entries.list(this.database.sql, id, {
      kind,
      beforeSeq: cursor === undefined ? undefined : decodeSeqCursor(cursor),
      limit: limit + 1,
    });
    const items = rows.slice(0, limit).map(toActivity);
    const last = items.at(-1);
    const hasMore = rows.length > limit;
    return { items, nextCursor: hasMore && last ? encodeCursor(String(last.seq)) : null };
  }

  async #transfer(
    userId: string,
    kind: Transfer['kind'],
    { amount: text, client_transfer_id: given }: TransferRequest,
  ): Promise<Transfer> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const amount = kind === 'deposit' ? money(text) : money(text).negated();
    return this.work.run(accountId, async (transaction, account) => {
      const before =
        given === undefined
          ? undefined
          : await this.entries.findByClientTransferId(transaction.sql, accountId, given);
      if (before) return repeat(before, kind, text);
      const available = availableCash(account);
      if (available.plus(amount).lt(0)) throw insufficientFunds(amount.abs(), available);
      const postings = transfer(amount);
      const entry = await this.ledger.post(transaction, {
        accountId,
        kind,
        postings,
        clientTransferId: given ?? newId(),
      });
      const made = toTransfer(entry, kind, text);
      const transferred = { userId, transfer: made };
      await this.outbox.publish(
        transaction,
        CashTransferred,
        transferred,
        accountStream(accountId),
      );
      return made;
    });
  }
}

/** @throws AppError `trading.client_transfer_id_reused` when it is another transfer than before. */
function repeat(before: LedgerEntry, kind: Transfer['kind'], amount: string): Transfer {
  const cash = before.postings.find(({ book }) => book === 'cash');
  const isSame = before.kind === kind && cash && money(cash.amount).abs().eq(amount);
  if (!isSame) throw clientTransferIdReused(before.clientTransferId ?? '');
  return toTransfer(before, kind, amount);
}

function toTransfer(entry: LedgerEntryRow, kind: Transfer['kind'], amount: string): Transfer {
  return {
    id: entry.id,
    kind,
    client_transfer_id: entry.clientTransferId ?? entry.id,
    amount: moneyText(money(amount)),
    at: entry.at.toISOString(),
  };
}

function toActivity(entry: LedgerEntry): Activity {
  return {
    id: entry.id,
    seq: entry.seq,
    kind: entry.kind,
    orderId: entry.orderId,
    executionId: entry.executionId,
    corporateActionId: entry.corporateActionId,
    client_transfer_id: entry.clientTransferId,
    at: entry.at.toISOString(),
    postings: entry.postings.map(({ book, symbol, amount }) => ({
      book,
      symbol,
      amount: moneyText(money(amount)),
    })),
  };
}
