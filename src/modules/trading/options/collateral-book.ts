import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import type { Money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import { Ledger } from '../ledger/ledger.js';
import { release } from '../ledger/postings.js';
import { collateralOf } from './collateral.js';

/** Frees what stood behind written contracts. */
@Injectable()
export class CollateralBook {
  constructor(
    private readonly ledger: Ledger,
    private readonly quotes: QuotesService,
  ) {}

  /**
   * The account must be locked by the transaction.
   * @param quantity shares under contract that are written no more
   * @param orderId of the order that bought them back
   */
  async free(
    transaction: Transaction,
    accountId: string,
    symbol: string,
    quantity: Money,
    orderId?: string,
  ): Promise<void> {
    const contract = this.quotes.optionContract(symbol);
    if (!contract) throw new Error(`${symbol} is no contract of this market`);
    const postings = release(symbol, collateralOf(contract, quantity));
    const of = orderId === undefined ? {} : { orderId };
    await this.ledger.post(transaction, { accountId, kind: 'release', postings, ...of });
  }
}
