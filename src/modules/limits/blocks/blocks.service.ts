import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Database, type Sql } from '../../../database/index.js';
import {
  ClientBlocks,
  includes,
  networkText,
  parseAddress,
  parseNetwork,
  RefusalWatch,
} from '../../../http/index.js';
import { Clock } from '../../../kernel/clock.js';
import { isId, newId } from '../../../kernel/ids.js';
import { blockAllowListed, blockOfOneself, unknownBlock } from '../limits.errors.js';
import { nextBlock } from './block-duration.js';
import { BlockEnforcement } from './block-enforcement.js';
import { BlocksRepository } from './blocks.repository.js';
import type { AddBlock } from './blocks.dto.js';
import type { NetworkBlockRow } from './network-blocks.table.js';

/** An administrator, and where he sits. */
export interface Operator {
  readonly userId: string;
  readonly address: string;
}

/**
 * Blocks addresses, for abuse or because an administrator wants it. The database is the truth; each process holds to a
 * copy, and is told at once when it changes.
 */
@Injectable()
export class BlocksService implements OnModuleInit {
  readonly #logger = new Logger(BlocksService.name);

  constructor(
    private readonly database: Database,
    private readonly rows: BlocksRepository,
    private readonly blocks: ClientBlocks,
    private readonly enforcement: BlockEnforcement,
    private readonly refusals: RefusalWatch,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.refusals.onAbuse((network) => this.raise(network));
  }

  /** For abuse. Of several processes that see it at once, one raises the block. */
  async raise(address: string): Promise<void> {
    const network = parseNetwork(address);
    if (network === undefined || this.blocks.isAllowed(network)) return;
    const text = networkText(network);
    const raised = await this.database.transaction(async ({ sql }) => {
      const before = await this.rows.findLocked(sql, text);
      const nowMs = this.clock.nowMs();
      if (before && (before.endsAt === null || before.endsAt.getTime() > nowMs)) return undefined;
      const earlier = before?.endsAt && { level: before.level, endsAtMs: before.endsAt.getTime() };
      const { level, endsAtMs } = nextBlock(earlier ?? undefined, nowMs);
      return this.#store(sql, {
        network: text,
        reason: 'refused too often',
        source: 'abuse',
        level,
        createdBy: null,
        endsAt: new Date(endsAtMs),
      });
    });
    if (raised === undefined) return;
    await this.enforcement.changed();
    const { level, endsAt } = raised;
    this.#logger.warn({ message: 'address blocked for abuse', network: text, level, endsAt });
  }

  /**
   * A block that there is of the same network is replaced.
   * @throws AppError `block.own_address`, `block.never_blocked` (conflict)
   */
  async add({ userId, address }: Operator, wanted: AddBlock): Promise<NetworkBlockRow> {
    const { network, reason, durationMs } = wanted;
    const own = parseAddress(address);
    if (own !== undefined && includes(network, own)) throw blockOfOneself();
    if (this.blocks.isAllowed(network)) throw blockAllowListed();
    const text = networkText(network);
    const added = await this.database.transaction(async ({ sql }) => {
      await this.rows.findLocked(sql, text);
      const endsAt = durationMs === null ? null : new Date(this.clock.nowMs() + durationMs);
      const block = { network: text, reason, createdBy: userId, endsAt };
      return this.#store(sql, { ...block, source: 'admin', level: 0 });
    });
    await this.enforcement.changed();
    this.#logger.log({ message: 'address blocked', network: text, reason, by: userId });
    return added;
  }

  /** The address is as good as any other again: its next block for abuse is a first one. @throws AppError `block.not_found` */
  async lift(userId: string, id: string, reason: string): Promise<void> {
    if (!isId(id)) throw unknownBlock();
    const lifted = await this.database.transaction(async ({ sql }) => {
      const now = new Date(this.clock.nowMs());
      const row = await this.rows.remove(sql, id, now);
      if (row === undefined) throw unknownBlock();
      const { network, endsAt } = row;
      const change = { id: newId(), network, reason, changedBy: userId, changedAt: now, endsAt };
      await this.rows.insertChange(sql, { ...change, action: 'lifted' });
      return network;
    });
    await this.enforcement.changed();
    this.#logger.log({ message: 'block lifted', network: lifted, reason, by: userId });
  }

  async #store(
    sql: Sql,
    block: Omit<NetworkBlockRow, 'id' | 'createdAt'>,
  ): Promise<NetworkBlockRow> {
    const row = { ...block, id: newId(), createdAt: new Date(this.clock.nowMs()) };
    const { network, reason, createdBy, createdAt, endsAt } = row;
    await this.rows.save(sql, row);
    await this.rows.insertChange(sql, {
      id: newId(),
      network,
      reason,
      endsAt,
      action: row.source === 'abuse' ? 'raised' : 'added',
      changedBy: createdBy,
      changedAt: createdAt,
    });
    return row;
  }
}
