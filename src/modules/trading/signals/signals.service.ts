import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { QuotesService } from '../../market-data/index.js';
import { signalsCache, signalsTag } from '../trading.caches.js';
import { badSignalValidity, tooManySignals, unknownSymbol } from '../trading.errors.js';
import { SignalJournal } from './signal-journal.js';
import { toSignal } from './signal-mapper.js';
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
    private readonly journal: SignalJournal,
    private readonly quotes: QuotesService,
    private readonly caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#lists = caches.use(signalsCache);
  }

  /**
   * Stores the signal, the news of it, and where it may trade by itself the job that decides. Once this resolves, no instance lists without it.
   * @throws AppError `trading.unknown_symbol`, `trading.bad_signal_validity`, `trading.too_many_signals`
   */
  async create(userId: string, request: CreateSignal): Promise<Signal> {
    if (!this.quotes.findInstrument(request.symbol)) throw unknownSymbol(request.symbol);
    const asked = this.#newSignal(userId, request);
    const signal = await this.database.transaction(async (transaction) => {
      const { sql } = transaction;
      await this.signals.lock(sql, userId);
      const valid = await this.signals.countValid(sql, userId, asked.createdAt);
      if (valid >= MAX_VALID_SIGNALS) throw tooManySignals(MAX_VALID_SIGNALS);
      return this.journal.create(transaction, asked);
    });
    await this.caches.invalidateTags([signalsTag(userId)]);
    return signal;
  }

  /** The valid ones, newest first. */
  async list(userId: string, { cursor, limit, symbol }: ListSignals): Promise<Page<Signal>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const now = new Date(this.clock.nowMs());
    const stored = await this.#lists.getOrSet({ userId }, () => this.#listValid(userId, now));
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
  listValid(userId: string): Promise<Signal[]> {
    return this.#listValid(userId, new Date(this.clock.nowMs()));
  }

  /** No list shows them any more. @returns how many. */
  dropOld(): Promise<number> {
    return this.signals.dropEndedBefore(new Date(this.clock.nowMs() - ENDED_KEPT_MS));
  }

  async #listValid(userId: string, at: Date): Promise<Signal[]> {
    const rows = await this.signals.listValid(userId, at, MAX_VALID_SIGNALS);
    return rows.map((row) => toSignal(row, at));
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
      modelId: request.modelId ?? null,
      quantity: request.quantity ?? null,
      notional: request.notional ?? null,
      ...{ status: 'pending', automatic: false, reason: null, orderId: null },
      confidence: request.confidence,
      targetPrice: request.targetPrice ?? null,
      stopPrice: request.stopPrice ?? null,
      validUntil: new Date(untilMs),
      createdAt: new Date(nowMs),
      updatedAt: new Date(nowMs),
    };
  }
}
