import '../support/quiet.js';
import { describeQueues } from './queues.contract.js';
import { bullBackend, embeddedBackend } from './queues.drivers.js';

describeQueues('embedded on PGlite', () => embeddedBackend('pglite'));
describeQueues('embedded on PostgreSQL', () => embeddedBackend('postgres'));
describeQueues('BullMQ on Redis', () => bullBackend());
