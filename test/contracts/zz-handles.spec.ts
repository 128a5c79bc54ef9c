import { Logger } from '@nestjs/common';
import { describeQueues } from './queues.contract.js';
import { bullBackend, embeddedBackend } from './queues.drivers.js';
Logger.overrideLogger(false);
if (process.env['WHICH'] === 'bull') describeQueues('BullMQ on Redis', () => bullBackend());
else if (process.env['WHICH'] === 'pg') describeQueues('x', () => embeddedBackend('postgres'));
else describeQueues('x', () => embeddedBackend('pglite'));
afterAll(() => {
  setTimeout(() => { console.log('HANDLES', (process as any)._getActiveHandles().map((h: any) => h.constructor.name + ' ' + (h.remotePort ?? '') ), process.getActiveResourcesInfo()); }, 1500).unref();
  return new Promise((r) => setTimeout(r, 1700));
});
