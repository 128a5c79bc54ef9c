import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Database } from '../../database/index.js';
import { AccountsService } from './accounts/accounts.service.js';
import { ExecutionsRepository } from './execution/executions.repository.js';
import { OrdersRepository } from './orders/orders.repository.js';
import { PositionPnlService } from './pnl/position-pnl.service.js';
import { SignalsService } from './signals/signals.service.js';
import {
  SNAPSHOT_SIZE,
  type fillsChannel,
  type ordersChannel,
  type positionsChannel,
  type signalsChannel,
} from './trading.channels.js';
import { toOrder, toTrade } from './trading.mappers.js';

/** Whose. Channels of users always say it. */
interface Whose {
  readonly userId?: string;
}
type Snapshot<Channel extends { durable: { snapshot: z.ZodType } }> = z.input<
  Channel['durable']['snapshot']
>;

/** What a client of a live channel begins with. */
@Injectable()
export class TradingSnapshots {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly orderRows: OrdersRepository,
    private readonly executions: ExecutionsRepository,
    private readonly signalLists: SignalsService,
    private readonly pnl: PositionPnlService,
  ) {}

  /** Newest first. */
  async orders({ userId = '' }: Whose): Promise<Snapshot<typeof ordersChannel>> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const rows = await this.database.snapshot(async (sql) => [
      ...(await this.orderRows.list(accountId, { limit: SNAPSHOT_SIZE }, sql)),
      ...(await this.orderRows.listUnfinished(sql, accountId, undefined)).reverse(),
    ]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return { orders: [...byId.values()].map(toOrder) };
  }

  /** Newest first. */
  async fills({ userId = '' }: Whose): Promise<Snapshot<typeof fillsChannel>> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const { sql } = this.database;
    const rows = await this.executions.list(
      sql,
      accountId,
      'newest first',
      undefined,
      SNAPSHOT_SIZE,
    );
    return { trades: rows.map(toTrade) };
  }

  /** The valid ones, newest first. */
  async signals({ userId = '' }: Whose): Promise<Snapshot<typeof signalsChannel>> {
    return { signals: await this.signalLists.listValid(userId) };
  }

  /** Those held now. */
  async positions({ userId = '' }: Whose): Promise<Snapshot<typeof positionsChannel>> {
    return this.pnl.current(userId);
  }
}
