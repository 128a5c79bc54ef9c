import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { Balances } from './balances.js';
import { LedgerRepository } from './ledger.repository.js';
import type { LedgerEntryKind, LedgerEntryRow } from './ledger.table.js';
import { imbalances, type Posting } from './postings.js';

export interface NewLedgerEntry {
  readonly accountId: string;
  readonly kind: LedgerEntryKind;
  readonly postings: readonly Posting[];
  readonly orderId?: string;
  readonly executionId?: string;
  /** Whose short position collateral is for, where the postings move some. */
  readonly symbol?: string;
  readonly corporateActionId?: string;
  readonly clientTransferId?: string | undefined;
}

/**
 * The only way in which cash and shares of an account change: an entry of the journal, and the account's
 * figures brought up to date with it in the same transaction. The account must be locked by it.
 */
@Injectable()
export class Ledger {
  constructor(
    private readonly repository: LedgerRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws Error when the postings do not balance, or move nothing. */
  async post(
    { sql }: Transaction,
    { accountId, kind, postings, ...of }: NewLedgerEntry,
  ): Promise<LedgerEntryRow> {
    if (postings.length === 0) throw new Error(`a ${kind} that moves nothing`);
    const [wrong] = imbalances(postings);
    if (wrong) throw new Error(`a ${kind} of ${wrong[1].toFixed()} ${wrong[0] ?? 'USD'} too much`);
    const change = new Balances(postings);
    const symbol = change.collateral.isZero() ? undefined : of.symbol;
    if (symbol === undefined && !change.collateral.isZero()) {
      throw new Error(`a ${kind} with collateral for nothing`);
    }
    const entry = {
      id: newId(),
      accountId,
      kind,
      orderId: of.orderId ?? null,
      executionId: of.executionId ?? null,
      symbol: symbol ?? null,
      corporateActionId: of.corporateActionId ?? null,
      clientTransferId: of.clientTransferId ?? null,
      at: new Date(this.clock.nowMs()),
    };
    const seq = await this.repository.post(sql, entry, postings, change);
    return { ...entry, seq };
  }
}
