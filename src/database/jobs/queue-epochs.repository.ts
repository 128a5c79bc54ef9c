import { Injectable } from '@nestjs/common';
import { eq, sql } from 'drizzle-orm';
import { QueueEpochs, type QueueEpoch } from '../../kernel/queue-epochs.js';
import { Database } from '../database.js';
import { queueEpochsTable as epochs } from './queue-epochs.table.js';

@Injectable()
export class DatabaseQueueEpochs extends QueueEpochs {
  constructor(private readonly database: Database) {
    super();
  }

  override async find(prefix: string): Promise<QueueEpoch | undefined> {
    const [row] = await this.database.sql
      .select({ mark: epochs.mark, server: epochs.server })
      .from(epochs)
      .where(eq(epochs.prefix, prefix));
    return row;
  }

  override async save(prefix: string, epoch: QueueEpoch): Promise<void> {
    const set = { ...epoch, savedAt: sql`now()` };
    await this.database.sql
      .insert(epochs)
      .values({ prefix, ...set })
      .onConflictDoUpdate({ target: epochs.prefix, set });
  }
}
