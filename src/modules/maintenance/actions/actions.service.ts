import { Injectable } from '@nestjs/common';
import { AdminActionsRepository } from '../../../database/index.js';
import type { PageQuery } from '../../../http/index.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import type { AdminActionView } from './actions.dto.js';

@Injectable()
export class ActionsService {
  constructor(private readonly actions: AdminActionsRepository) {}

  /** Latest first. @throws AppError `request.bad_cursor` */
  async list({ cursor, limit }: PageQuery): Promise<Page<AdminActionView>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.actions.list(beforeId, limit + 1);
    return toPage(
      rows.map((row) => ({
        ...row,
        begunAt: row.begunAt.toISOString(),
        endedAt: row.endedAt?.toISOString() ?? null,
      })),
      limit,
    );
  }
}
