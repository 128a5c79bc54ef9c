import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../database/index.js';
import { CorporateActionsRepository } from '../corporate-actions/corporate-actions.repository.js';
import { toCorporateAction } from '../corporate-actions/to-corporate-action.js';
import { LotsRepository } from '../execution/lots.repository.js';
import type { AccountAudit } from './account-audit.js';
import { inBatches } from './in-batches.js';

/** What is kept of an account's lots, and what changed them but for trades. */
@Injectable()
export class LotHistory {
  constructor(
    private readonly lots: LotsRepository,
    private readonly actions: CorporateActionsRepository,
  ) {}

  async tell(sql: Sql, accountId: string, audit: AccountAudit): Promise<void> {
    await inBatches(
      undefined as string | undefined,
      (afterId, limit) => this.lots.listAfter(sql, accountId, afterId, limit),
      ({ id }) => id,
      (lot) => audit.addLot(lot),
    );
    await inBatches(
      { seq: 0, line: 0 },
      (after, limit) => this.lots.listClosuresAfter(sql, accountId, after, limit),
      ({ seq, line }) => ({ seq, line }),
      (closure) => audit.addClosure(closure),
    );
    for (const action of await this.actions.listOfAccount(sql, accountId)) {
      audit.addAction(action.id, toCorporateAction(action));
    }
  }
}
