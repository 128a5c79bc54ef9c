import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { QuotesService } from '../../market-data/index.js';
import { notHalted, unknownSymbol } from '../trading.errors.js';
import { TradingHaltChanged } from '../trading.events.js';
import type { Halt } from './halts.dto.js';
import { HaltsRepository } from './halts.repository.js';
import type { TradingHaltRow } from './trading-halts.table.js';

/** Stops and resumes trading in a symbol. Transactions that begin after the answer see it, on every instance. */
@Injectable()
export class HaltsService {
  constructor(
    private readonly database: Database,
    private readonly halts: HaltsRepository,
    private readonly quotes: QuotesService,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async list(): Promise<Halt[]> {
    return (await this.halts.list()).map(toHalt);
  }

  /**
   * Orders are refused, and those that work wait; they can still be cancelled, and still expire.
   * @throws AppError `trading.unknown_symbol`
   */
  async halt(operatorId: string, symbol: string, reason: string): Promise<Halt> {
    if (!this.quotes.findInstrument(symbol)) throw unknownSymbol(symbol);
    const haltedAt = new Date(this.clock.nowMs());
    return this.database.transaction(async (transaction) => {
      const row = { symbol, reason, userId: operatorId, haltedAt };
      const halt = toHalt(await this.halts.put(transaction.sql, row));
      const change = { symbol, halted: true, reason, at: haltedAt.toISOString() };
      await this.outbox.publish(transaction, TradingHaltChanged, change, streamOf(symbol));
      return halt;
    });
  }

  /** Orders that wait trade with the next tick. @throws AppError `trading.not_halted` */
  async resume(symbol: string): Promise<void> {
    const at = new Date(this.clock.nowMs()).toISOString();
    await this.database.transaction(async (transaction) => {
      if (!(await this.halts.remove(transaction.sql, symbol))) throw notHalted(symbol);
      const change = { symbol, halted: false, reason: null, at };
      await this.outbox.publish(transaction, TradingHaltChanged, change, streamOf(symbol));
    });
  }
}

/** In the order of the changes: each has the row of the symbol locked. */
function streamOf(symbol: string): { readonly stream: string } {
  return { stream: `halt:${symbol}` };
}

function toHalt({ symbol, reason, haltedAt }: TradingHaltRow): Halt {
  return { symbol, reason, haltedAt: haltedAt.toISOString() };
}
