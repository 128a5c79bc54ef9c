import { Logger } from '@nestjs/common';
import { describeQueues } from './queues.contract.js';
import { bullBackend, embeddedBackend } from './queues.drivers.js';

// Jobs fail here on purpose, a hundred times.
Logger.overrideLogger(false);

describeQueues('embedded on PGlite', () => embeddedBackend('pglite'));
describeQueues('embedded on PostgreSQL', () => embeddedBackend('postgres'));
describeQueues('BullMQ on Redis', () => bullBackend());
