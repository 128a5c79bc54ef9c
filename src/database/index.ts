export { Database, type Sql, type Transaction } from './database.js';
export { DatabaseModule } from './database.module.js';
export { openDatabase } from './open-database.js';
export { fence } from './fencing/fence.js';
export { DomainEvents } from './outbox/domain-events.js';
export { Outbox } from './outbox/outbox.js';
export { OutboxRelay, type OutboxDelivery } from './outbox/outbox-relay.js';
