export { AdminActionsRepository } from './audit/admin-actions.repository.js';
export { Database, type Sql, type Transaction } from './database.js';
export { DatabaseModule } from './database.module.js';
export { insertMadeOnce, madeOnce, together } from './made-once.js';
export { openDatabase } from './open-database.js';
export {
  DeadJobsRepository,
  type DeadJobFilter,
  type ReplayFilter,
} from './jobs/dead-jobs.repository.js';
export { type DeadJobRow } from './jobs/dead-jobs.table.js';
export { JobEffects, type Effect } from './jobs/job-effects.repository.js';
export { fence } from './fencing/fence.js';
export { DomainEvents } from './outbox/domain-events.js';
export { Outbox } from './outbox/outbox.js';
export { OutboxInspector } from './outbox/outbox-inspector.js';
export { OutboxRelay } from './outbox/outbox-relay.js';
export { type OutboxDelivery } from './outbox/outbox-delivery.js';
