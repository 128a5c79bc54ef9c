import { Global, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { AdminActions } from '../kernel/admin-actions.js';
import { InvalidationJournal } from '../kernel/invalidation-journal.js';
import { OwedLiveResets } from '../kernel/owed-live-resets.js';
import { DeadLetters } from '../kernel/dead-letters.js';
import { QueueEpochs } from '../kernel/queue-epochs.js';
import { QueueFigures } from '../kernel/job-figures.js';
import { JobStore } from '../kernel/job-store.js';
import { PendingWrites } from '../kernel/pending-writes.js';
import { QuotaCounts } from '../kernel/quotas.js';
import { SessionRecords } from '../kernel/session-records.js';
import { AdminActionsRepository } from './audit/admin-actions.repository.js';
import { Database } from './database.js';
import { DeadJobsRepository } from './jobs/dead-jobs.repository.js';
import { JobEffects } from './jobs/job-effects.repository.js';
import { DatabaseQueueEpochs } from './jobs/queue-epochs.repository.js';
import { DatabaseQueueFigures } from './jobs/queue-figures.repository.js';
import { DatabaseJobStore } from './jobs/jobs.repository.js';
import { openDatabase } from './open-database.js';
import { DomainEvents } from './outbox/domain-events.js';
import { OutboxRelay } from './outbox/outbox-relay.js';
import { OutboxRepository } from './outbox/outbox.repository.js';
import { Outbox } from './outbox/outbox.js';
import { DatabaseOwedNames } from './owed/owed-names.repository.js';
import { owedInvalidationsTable, owedLiveResetsTable } from './owed/owed-names.table.js';
import { OutboxInspector } from './outbox/outbox-inspector.js';
import { DatabaseQuotaCounts } from './quotas/quota-counts.repository.js';
import { DatabaseSessionRecords } from './sessions/sessions.repository.js';
import { DatabasePendingWrites } from './writes/pending-writes.repository.js';

/** Closes the database last: everything that could still need it stops in the hooks before this one. */
@Injectable()
class DatabaseShutdown implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  onApplicationShutdown(): Promise<void> {
    return this.database.close();
  }
}

@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [Config],
      useFactory: async (config: Config) => {
        const logger = new Logger('Database');
        const database = await openDatabase(config, (error) =>
          logger.warn({ message: 'idle connection failed', err: error }),
        );
        try {
          await database.migrate();
          return database;
        } catch (error) {
          await database.close();
          throw error;
        }
      },
    },
    DatabaseShutdown,
    OutboxRepository,
    Outbox,
    DomainEvents,
    OutboxRelay,
    OutboxInspector,
    { provide: QueueEpochs, useClass: DatabaseQueueEpochs },
    { provide: QueueFigures, useClass: DatabaseQueueFigures },
    AdminActionsRepository,
    { provide: AdminActions, useExisting: AdminActionsRepository },
    JobEffects,
    DeadJobsRepository,
    { provide: DeadLetters, useExisting: DeadJobsRepository },
    { provide: JobStore, useClass: DatabaseJobStore },
    { provide: SessionRecords, useClass: DatabaseSessionRecords },
    { provide: PendingWrites, useClass: DatabasePendingWrites },
    { provide: QuotaCounts, useClass: DatabaseQuotaCounts },
    {
      provide: InvalidationJournal,
      inject: [Database],
      useFactory: (database: Database) => new DatabaseOwedNames(database, owedInvalidationsTable),
    },
    {
      provide: OwedLiveResets,
      inject: [Database],
      useFactory: (database: Database) => new DatabaseOwedNames(database, owedLiveResetsTable),
    },
  ],
  exports: [
    Database,
    Outbox,
    DomainEvents,
    OutboxRelay,
    OutboxInspector,
    AdminActionsRepository,
    AdminActions,
    JobEffects,
    DeadJobsRepository,
    DeadLetters,
    QueueEpochs,
    QueueFigures,
    JobStore,
    SessionRecords,
    PendingWrites,
    QuotaCounts,
    InvalidationJournal,
    OwedLiveResets,
  ],
})
export class DatabaseModule {}
