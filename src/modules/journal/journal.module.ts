import { Module } from '@nestjs/common';
import { Queues, QueuesModule } from '../../redis/index.js';
import { BatchStore } from './imports/batch-store.js';
import { ImportFilesRepository } from './imports/import-files.repository.js';
import { ImportLifecycle } from './imports/import-lifecycle.js';
import { ImportsRepository } from './imports/imports.repository.js';
import { ImportsService } from './imports/imports.service.js';
import { UploadSweep } from './imports/upload-sweep.js';
import { UploadsService } from './imports/uploads.service.js';
import { importsQueue } from './journal.queues.js';
import { JournalReactions } from './journal.reactions.js';
import { TopTradesService } from './trades/top-trades.service.js';
import { TradesRepository } from './trades/trades.repository.js';
import { TradesService } from './trades/trades.service.js';

@Module({
  imports: [QueuesModule.forFeature([importsQueue])],
  providers: [
    ImportsRepository,
    ImportFilesRepository,
    TradesRepository,
    BatchStore,
    ImportLifecycle,
    ImportsService,
    UploadsService,
    UploadSweep,
    TradesService,
    TopTradesService,
    JournalReactions,
  ],
  exports: [
    UploadSweep,
    UploadsService,
    ImportsService,
    ImportLifecycle,
    ImportFilesRepository,
    BatchStore,
    TradesService,
    TopTradesService,
  ],
})
export class JournalModule {
  constructor(queues: Queues, imports: ImportLifecycle) {
    queues.onTakenBack(importsQueue, {
      'import-trades': ({ importId }) => imports.cancel(importId),
    });
  }
}
