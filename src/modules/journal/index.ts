export { ImportChanged, ImportEnded, TradesImported, TradesRemoved } from './journal.events.js';
export { JournalHttpModule } from './journal.http.module.js';
export { JournalModule } from './journal.module.js';
export { JournalWorkerModule } from './journal.worker.module.js';
