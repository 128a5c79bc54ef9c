import { Inject, Injectable } from '@nestjs/common';
import type { PageQuery } from '../../../http/index.js';
import { Clock } from '../../../kernel/clock.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import type { Block, BlockChange } from './blocks.dto.js';
import { BlocksRepository } from './blocks.repository.js';
import type { NetworkBlockRow } from './network-blocks.table.js';

/** Blocks, and what happened to them, to read. */
@Injectable()
export class BlockListService {
  constructor(
    private readonly rows: BlocksRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Those that hold, newest first. */
  async list({ cursor, limit }: PageQuery): Promise<Page<Block>> {
    const now = new Date(this.clock.nowMs());
    const rows = await this.rows.pageOfLive(now, beforeId(cursor), limit + 1);
    return toPage(rows.map(toBlock), limit);
  }

  /** Newest first. */
  async changes({ cursor, limit }: PageQuery): Promise<Page<BlockChange>> {
    const rows = await this.rows.listChanges(beforeId(cursor), limit + 1);
    const changes = rows.map(({ changedAt, endsAt, ...row }) => ({
      ...row,
      changedAt: changedAt.toISOString(),
      endsAt: endsAt?.toISOString() ?? null,
    }));
    return toPage(changes, limit);
  }
}

export function toBlock({ createdAt, endsAt, ...row }: NetworkBlockRow): Block {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    endsAt: endsAt?.toISOString() ?? null,
  };
}

function beforeId(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : decodeCursor(cursor);
}
