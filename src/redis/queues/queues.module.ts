import { Module, type DynamicModule } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { AppError } from '../../kernel/app-error.js';
import { Correlation } from '../../kernel/correlation.js';
import { JobStore } from '../../kernel/job-store.js';
import { RedisConnections } from '../connection/redis-connections.js';
import { BullQueues } from './bullmq/bull-queues.js';
import { QueueDashboard } from './dashboard/queue-dashboard.js';
import { EmbeddedQueues } from './embedded/embedded-queues.js';
import { JobCounts } from './job-counts.js';
import { JobRunner } from './job-runner.js';
import type { QueueDefinition } from './queue-definition.js';
import { QueueDriver } from './queue-driver.js';
import { QueueInspector } from './queue-inspector.js';
import { QueueOperations } from './queue-operations.js';
import { QueueLifecycle } from './queue-lifecycle.js';
import { QueueRegistry } from './queue-registry.js';
import { QueueRecovery } from './queue-recovery.js';
import { QueueWatchdog } from './queue-watchdog.js';
import { Queues } from './queues.js';
import { ScheduleRegistry } from './schedule-registry.js';

@Module({})
export class QueuesModule {
  /**
   * The queues of the application, once and globally: BullMQ when a queue Redis is configured, else the
   * embedded driver. Needs `Config`, `Correlation`, `JobStore` and `RedisConnections` from global modules.
   */
  static forRoot(): DynamicModule {
    return {
      module: QueuesModule,
      global: true,
      providers: [
        {
          provide: QueueRegistry,
          inject: [Config],
          useFactory: (config: Config) => new QueueRegistry(config.jobs, config.encryptionKeys),
        },
        JobRunner,
        JobCounts,
        {
          provide: QueueDriver,
          inject: [
            Config,
            QueueRegistry,
            Correlation,
            JobRunner,
            { token: JobStore, optional: true },
            { token: RedisConnections, optional: true },
          ],
          useFactory: createDriver,
        },
        { provide: Queues, useExisting: QueueDriver },
        {
          provide: QueueWatchdog,
          inject: [QueueRegistry, QueueDriver, JobRunner],
          useFactory: (...parts: [QueueRegistry, QueueDriver, JobRunner]) =>
            new QueueWatchdog(...parts),
        },
        QueueRecovery,
        QueueLifecycle,
        QueueDashboard,
        QueueInspector,
        QueueOperations,
        ScheduleRegistry,
      ],
      exports: [
        QueueRegistry,
        Queues,
        QueueDashboard,
        QueueInspector,
        QueueOperations,
        QueueWatchdog,
        ScheduleRegistry,
      ],
    };
  }

  /** Declares queues: whoever adds their jobs or runs them imports this. */
  static forFeature(queues: readonly QueueDefinition[]): DynamicModule {
    return {
      module: QueuesModule,
      providers: [
        {
          provide: Symbol('queue declarations'),
          inject: [QueueRegistry],
          useFactory: (registry: QueueRegistry) => {
            for (const queue of queues) registry.declare(queue);
            return queues;
          },
        },
      ],
    };
  }
}

function createDriver(
  config: Config,
  registry: QueueRegistry,
  correlation: Correlation,
  runner: JobRunner,
  store: JobStore | undefined,
  connections: RedisConnections | undefined,
): QueueDriver {
  if (config.redis.queueTarget === undefined) {
    return new EmbeddedQueues(registry, correlation, runner, present(store, 'JobStore'));
  }
  return new BullQueues(
    registry,
    correlation,
    runner,
    present(connections, 'RedisConnections'),
    config,
  );
}

function present<T>(dependency: T | undefined, name: string): T {
  if (dependency !== undefined) return dependency;
  throw new AppError('internal', 'queue.incomplete_wiring', `no global module provides ${name}`);
}
