import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import type { EventPayload } from '../../../kernel/domain-event.js';
import type { Page } from '../../../kernel/page.js';
import type { OrderFilled } from '../../trading/index.js';
import { ownFingerprint } from '../formats/fingerprint.js';
import type { JournalTrade, ListTrades } from '../journal.dto.js';
import { toJournalTrade } from '../journal.mappers.js';
import { decodeTradeCursor, toTradePage } from './trade-cursor.js';
import { TradesRepository } from './trades.repository.js';

/** The journal: every trade of a user, imported or made here. */
@Injectable()
export class TradesService {
  constructor(
    private readonly trades: TradesRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async list(
    userId: string,
    { cursor, limit, symbol, from, to }: ListTrades,
  ): Promise<Page<JournalTrade>> {
    const before = cursor === undefined ? undefined : decodeTradeCursor(cursor);
    const filter = { symbol, from, to, before, limit: limit + 1 };
    return toTradePage(await this.trades.list(userId, filter), limit, toJournalTrade);
  }

  /** Writes down an execution of Bourse; told again, it is the same trade. */
  async addOwn({ userId, trade, ofShort }: EventPayload<typeof OrderFilled>): Promise<void> {
    const { side } = trade;
    await this.trades.add({
      id: newId(),
      userId,
      importId: null,
      source: 'bourse',
      fingerprint: ownFingerprint(trade.id),
      brokerTradeId: trade.id,
      symbol: trade.symbol,
      side: ofShort ? (side === 'sell' ? 'sell_to_open' : 'buy_to_close') : side,
      quantity: trade.quantity,
      price: trade.price,
      fee: trade.fee,
      feeCurrency: 'USD',
      currency: 'USD',
      executedAt: new Date(trade.executedAt),
      line: null,
      createdAt: new Date(this.clock.nowMs()),
    });
  }
}
