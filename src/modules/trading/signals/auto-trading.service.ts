import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money, type Money } from '../../../kernel/money.js';
import { amountOrNull } from '../trading.mappers.js';
import type { AutoTradingLimits } from './auto-trading.js';
import { AutoTradingRepository } from './auto-trading.repository.js';
import type { AutoTradingRow } from './auto-trading.table.js';
import type { AutoTradingSettings } from './signals.dto.js';

/** Whether the signals of a user become orders by themselves, and within which limits. */
@Injectable()
export class AutoTradingService {
  constructor(
    private readonly database: Database,
    private readonly rows: AutoTradingRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async settings(userId: string): Promise<AutoTradingSettings> {
    const row = await this.rows.find(this.database.sql, userId);
    return {
      enabled: row?.enabled ?? false,
      maxOrderNotional: amountOrNull(row?.maxOrderNotional),
      maxPositionNotional: amountOrNull(row?.maxPositionNotional),
      maxDailyLoss: amountOrNull(row?.maxDailyLoss),
      maxOpenPositions: row?.maxOpenPositions ?? null,
    };
  }

  /** Holds for what is decided from now on, also about signals that are stored already and whose job comes later. */
  async change(userId: string, settings: AutoTradingSettings): Promise<AutoTradingSettings> {
    const updatedAt = new Date(this.clock.nowMs());
    await this.rows.put(this.database.sql, { userId, ...settings, updatedAt });
    return this.settings(userId);
  }

  /** @param connection of the transaction that decides */
  async limits(connection: Sql, userId: string): Promise<AutoTradingLimits> {
    return toLimits(await this.rows.find(connection, userId));
  }
}

function toLimits(row: AutoTradingRow | undefined): AutoTradingLimits {
  const of = (column: string | null | undefined): Money | null =>
    column === null || column === undefined ? null : money(column);
  return {
    enabled: row?.enabled ?? false,
    maxOrderNotional: of(row?.maxOrderNotional),
    maxPositionNotional: of(row?.maxPositionNotional),
    maxDailyLoss: of(row?.maxDailyLoss),
    maxOpenPositions: row?.maxOpenPositions ?? null,
  };
}
