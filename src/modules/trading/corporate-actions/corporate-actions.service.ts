import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database, Outbox, type Sql } from '../../../database/index.js';
import type { PageQuery } from '../../../http/index.js';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { money, moneyText } from '../../../kernel/money.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { contractRoot, QuotesService } from '../../market-data/index.js';
import { AccountWork } from '../accounts/account-work.js';
import { takeUnderlying } from '../orders/underlying-lock.repository.js';
import {
  accountBusy,
  badCorporateAction,
  contractsOpen,
  corporateActionReused,
  oppositePositions,
  symbolChanging,
} from '../trading.errors.js';
import { tradingQueue } from '../trading.queues.js';
import type { AnnounceAction, CorporateActionView } from './corporate-actions.dto.js';
import { CorporateActionsRepository, type Progress } from './corporate-actions.repository.js';
import type { CorporateActionRow } from './corporate-actions.table.js';

const BATCH = 100;
/** Of an announcement that meets orders of its symbol in the very moment that it has to itself. */
const TRIES = 20;
const RETRY_MS = 100;

/** Splits, dividends and changes of symbols: announced once, applied to each account that they concern. */
@Injectable()
export class CorporateActionsService {
  readonly #logger = new Logger(CorporateActionsService.name);

  constructor(
    private readonly database: Database,
    private readonly actions: CorporateActionsRepository,
    private readonly work: AccountWork,
    private readonly quotes: QuotesService,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Takes effect with its commit: who trades in one of the accounts from then on finds it applied. The job applies it to those that do not trade.
   * @throws AppError `trading.bad_corporate_action`; `trading.corporate_action_reused` when the reference belongs to another;
   *   `trading.contracts_open` (conflict) for what would make option contracts stand for something else;
   *   `trading.opposite_positions`, `trading.symbol_changing` (conflict) for a change that would make one position of two that
   *   point in opposite ways; `trading.account_busy` (conflict) when it found no moment between orders
   */
  async announce(adminId: string, request: AnnounceAction): Promise<CorporateActionView> {
    const row = this.#toRow(adminId, request);
    for (let left = TRIES; ; left -= 1) {
      try {
        return await this.#view(await this.#store(row, request));
      } catch (error) {
        if (left === 1 || !isBusy(error)) throw error;
        await setTimeout(RETRY_MS);
      }
    }
  }

  /** @throws AppError as {@link announce}; `trading.account_busy` when who orders the symbol just then is in the way: nothing is done */
  #store(row: CorporateActionRow, request: AnnounceAction): Promise<CorporateActionRow> {
    return this.database.transaction(async (transaction) => {
      const { sql } = transaction;
      if (!(await this.actions.insert(sql, row))) {
        const before = await this.actions.findByReference(sql, row.reference);
        if (before && isSame(before, row, request)) return before;
        throw corporateActionReused(row.reference);
      }
      await this.actions.flagAccounts(sql, row);
      // Orders that are on their way to be committed are waited for, and none comes until this is.
      await takeUnderlying(sql, row.symbol);
      if (!(await this.actions.flagLatecomers(sql, row))) throw accountBusy();
      // With the accounts locked that have anything to do with it: what is seen now is what it will be applied to.
      if (row.kind !== 'dividend') await this.#assertNoContracts(sql, row.symbol);
      if (row.newSymbol !== null) await this.#assertMergeable(sql, row, row.newSymbol);
      const job = { actionId: row.id };
      await this.outbox.addJob(transaction, tradingQueue, 'apply-corporate-action', job);
      return row;
    });
  }

  /** Newest first. @throws AppError `request.bad_cursor` */
  async list({ cursor, limit }: PageQuery): Promise<Page<CorporateActionView>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    return this.database.snapshot(async (sql) => {
      const rows = await this.actions.list(sql, beforeId, limit + 1);
      const ids = rows.map(({ id }) => id);
      const progress = await this.actions.progressOf(sql, ids);
      return toPage(
        rows.map((row) => toView(row, progress.get(row.id))),
        limit,
      );
    });
  }

  /** To each account in a transaction of its own; begun again, it goes on where it ended. */
  async apply(actionId: string): Promise<void> {
    let failed: Error | undefined;
    let afterId: string | undefined;
    for (;;) {
      const { sql } = this.database;
      const ids = await this.actions.listPendingAccounts(sql, actionId, afterId, BATCH);
      for (const id of ids) {
        // Whoever works on an account finds it applied. One that is busy is no reason to leave out the others.
        await this.work
          .run(id, () => Promise.resolve())
          .catch((error: unknown) => {
            failed = error instanceof Error ? error : new Error(String(error));
          });
      }
      if (ids.length < BATCH) break;
      afterId = ids.at(-1);
    }
    if (failed) throw failed;
    await this.actions.finish(this.database.sql, actionId, new Date(this.clock.nowMs()));
  }

  /** Goes on with what no job has brought to its end. @returns how many */
  async resume(): Promise<number> {
    const ids = await this.actions.listUnfinished(this.database.sql, BATCH);
    for (const id of ids) {
      await this.apply(id).catch((error: unknown) => {
        this.#logger.error({ message: 'a corporate action is not done', actionId: id, error });
      });
    }
    return ids.length;
  }

  /** A dividend changes no contract: as at the OCC, an ordinary one is in its price. */
  async #assertNoContracts(sql: Sql, symbol: string): Promise<void> {
    const contract = await this.actions.findOpenContract(sql, contractRoot(symbol));
    if (contract !== undefined) throw contractsOpen(symbol, contract);
  }

  /** Nor may it turn what is held: shares may stand behind a written call. */
  async #assertMergeable(
    sql: Sql,
    { id, symbol }: CorporateActionRow,
    newSymbol: string,
  ): Promise<void> {
    const coming = await this.actions.findComing(sql, [symbol, newSymbol], id);
    if (coming !== undefined) throw symbolChanging(coming);
    if (await this.actions.holdsAgainst(sql, symbol, newSymbol)) {
      throw oppositePositions(symbol, newSymbol);
    }
  }

  async #view(row: CorporateActionRow): Promise<CorporateActionView> {
    const progress = await this.actions.progressOf(this.database.sql, [row.id]);
    return toView(row, progress.get(row.id));
  }

  #toRow(adminId: string, request: AnnounceAction): CorporateActionRow {
    const { reference, kind, symbol } = request;
    const none = {
      splitFrom: null,
      splitTo: null,
      fractions: null,
      cashInLieuPrice: null,
      cashPerShare: null,
      newSymbol: null,
    };
    const row = {
      ...none,
      id: newId(),
      reference,
      kind,
      symbol,
      userId: adminId,
      createdAt: new Date(this.clock.nowMs()),
      appliedAt: null,
    };
    if (request.kind === 'dividend') return { ...row, cashPerShare: request.cashPerShare };
    if (request.kind === 'symbol_change') return { ...row, newSymbol: request.newSymbol };
    const { from, to } = request;
    const fractions = request.fractions ?? (to < from ? 'cash' : 'keep');
    const cashInLieuPrice = request.cashInLieuPrice ?? this.#splitPrice(symbol, from, to);
    return { ...row, splitFrom: from, splitTo: to, fractions, cashInLieuPrice };
  }

  #splitPrice(symbol: string, from: number, to: number): string {
    if (!this.quotes.findInstrument(symbol)) {
      throw badCorporateAction('The symbol has no price: a split of it needs a cashInLieuPrice.');
    }
    const { last } = this.quotes.currentQuote(symbol);
    return moneyText(money(last).times(from).div(to));
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof AppError && error.code === 'trading.account_busy';
}

/** What was left to the server may be another price by now. */
function isSame(before: CorporateActionRow, row: CorporateActionRow, request: AnnounceAction) {
  const sameText = (one: string | null, other: string | null) =>
    one === null || other === null ? one === other : money(one).eq(other);
  const isPriced = request.kind === 'split' && request.cashInLieuPrice !== undefined;
  return (
    before.kind === row.kind &&
    before.symbol === row.symbol &&
    before.splitFrom === row.splitFrom &&
    before.splitTo === row.splitTo &&
    before.fractions === row.fractions &&
    before.newSymbol === row.newSymbol &&
    sameText(before.cashPerShare, row.cashPerShare) &&
    (!isPriced || sameText(before.cashInLieuPrice, row.cashInLieuPrice))
  );
}

function toView(row: CorporateActionRow, progress?: Progress): CorporateActionView {
  const text = (amount: string | null) => (amount === null ? null : moneyText(money(amount)));
  return {
    id: row.id,
    reference: row.reference,
    kind: row.kind,
    symbol: row.symbol,
    from: row.splitFrom,
    to: row.splitTo,
    fractions: row.fractions,
    cashInLieuPrice: text(row.cashInLieuPrice),
    cashPerShare: text(row.cashPerShare),
    newSymbol: row.newSymbol,
    accounts: progress?.accounts ?? 0,
    applied: progress?.applied ?? 0,
    createdAt: row.createdAt.toISOString(),
    appliedAt: row.appliedAt?.toISOString() ?? null,
  };
}
