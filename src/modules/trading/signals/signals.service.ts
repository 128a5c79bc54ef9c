import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { QuotesService } from '../../market-data/index.js';
import { signalsCache, signalsTag } from '../trading.caches.js';
import { badSignalValidity, tooManySignals, unknownSymbol } from '../trading.errors.js';
import { SignalCreated } from '../trading.events.js';
import { priceOrNull } from '../trading.mappers.js';
import type { CreateSignal, ListSignals, Signal } from './signals.dto.js';
import { SignalsRepository } from './signals.repository.js';
import type { SignalRow } from './signals.table.js';

const LONGEST_MS = DAY_MS;
const ENDED_KEPT_MS = 30 * DAY_MS;
/** Valid ones of one user: they are cached and read as one list. */
export const MAX_VALID_SIGNALS = 200;

/** What a trader's strategies say, kept for as long as it is valid. */
@Injectable()
export class SignalsService {
  readonly #lists: Cache<{ userId: string }, Signal[]>;

  constructor(
    private readonly database: Database,
    private readonly signals: SignalsRepository,
    private readonly quotes: QuotesService,
    private readonly outbox: Outbox,
    private readonly caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#lists = caches.use(signalsCache);
  }

  /**
   * Stores the signal and the news of it. Once this resolves, no instance lists without it.
   * @throws AppError `trading.unknown_symbol`, `trading.bad_signal_validity`, `trading.too_many_signals`
   */
  async create(userId: string, request: CreateSignal): Promise<Signal> {
    if (!this.quotes.findInstrument(request.symbol)) throw unknownSymbol(request.symbol);
    const row = this.#newSignal(userId, request);
    const signal = toSignal(row);
    await this.database.transaction(async (transaction) => {
      const { sql } = transaction;
      await this.signals.lock(sql, userId);
      const valid = await this.signals.countValid(sql, userId, row.createdAt);
      if (valid >= MAX_VALID_SIGNALS) throw tooManySignals(MAX_VALID_SIGNALS);
      await this.signals.insert(sql, row);
      await this.outbox.publish(transaction, SignalCreated, { userId, signal });
    });
    await this.caches.invalidateTags([signalsTag(userId)]);
    return signal;
  }

  /** The valid ones, newest first. */
  async list(userId: string, { cursor, limit, symbol }: ListSignals): Promise<Page<Signal>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const now = new Date(this.clock.nowMs());
    const stored = await this.#lists.getOrSet({ userId }, async () =>
      (await this.signals.listValid(userId, now, MAX_VALID_SIGNALS)).map(toSignal),
    );
    const nowText = now.toISOString();
    const listed = stored.filter(
      (signal) =>
        signal.validUntil > nowText &&
        (symbol === undefined || signal.symbol === symbol) &&
        (beforeId === undefined || signal.id < beforeId),
    );
    return toPage(listed, limit);
  }

  /** All of them, straight from the database. */
  async listValid(userId: string): Promise<Signal[]> {
    const now = new Date(this.clock.nowMs());
    return (await this.signals.listValid(userId, now, MAX_VALID_SIGNALS)).map(toSignal);
  }

  /** No list shows them any more. @returns how many. */
  dropOld(): Promise<number> {
    return this.signals.dropEndedBefore(new Date(this.clock.nowMs() - ENDED_KEPT_MS));
  }

  #newSignal(userId: string, request: CreateSignal): SignalRow {
    const nowMs = this.clock.nowMs();
    const untilMs =
      request.validUntil === undefined ? nowMs + LONGEST_MS : Date.parse(request.validUntil);
    if (!(untilMs > nowMs && untilMs <= nowMs + LONGEST_MS)) throw badSignalValidity(LONGEST_MS);
    return {
      id: newId(),
      userId,
      symbol: request.symbol,
      side: request.side,
      strategy: request.strategy,
      confidence: request.confidence,
      targetPrice: request.targetPrice ?? null,
      stopPrice: request.stopPrice ?? null,
      validUntil: new Date(untilMs),
      createdAt: new Date(nowMs),
    };
  }
}

function toSignal(row: SignalRow): Signal {
  return {
    id: row.id,
    symbol: row.symbol,
    side: row.side,
    strategy: row.strategy,
    confidence: row.confidence,
    targetPrice: priceOrNull(row.targetPrice),
    stopPrice: priceOrNull(row.stopPrice),
    validUntil: row.validUntil.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}
