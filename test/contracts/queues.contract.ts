import { describeAdding } from './queues.adding.contract.js';
import { describeControlling } from './queues.controlling.contract.js';
import { QueueBench } from './queues.setup.js';
import { describeDashboard } from './queues.dashboard.contract.js';
import type { QueueBackend } from './queues.drivers.js';
import { describeFailing } from './queues.failing.contract.js';
import { describeFlows } from './queues.flows.contract.js';
import { describeInspecting } from './queues.inspecting.contract.js';
import { describeRunning } from './queues.running.contract.js';
import { describeStopping } from './queues.stopping.contract.js';

/** What both drivers promise. */
export function describeQueues(name: string, createBackend: () => Promise<QueueBackend>): void {
  describe(`queues: ${name}`, () => {
    let bench: QueueBench;

    beforeAll(async () => {
      bench = new QueueBench(await createBackend());
    });

    afterAll(() => bench.backend.close());

    describe('adding', () => describeAdding(() => bench));
    describe('running', () => describeRunning(() => bench));
    describe('failing', () => describeFailing(() => bench));
    describe('stopping', () => describeStopping(() => bench));
    describe('controlling', () => describeControlling(() => bench));
    describe('flows', () => describeFlows(() => bench));
    describe('inspecting', () => describeInspecting(() => bench));
    describe('on the dashboard', () => describeDashboard(() => bench));
  });
}
