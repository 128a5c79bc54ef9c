import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Config } from '../../config/config.js';
import { settlesWithin } from '../../kernel/deadline.js';
import { QueueRecovery } from './queue-recovery.js';
import { QueueDriver } from './queue-driver.js';
import { QueueRegistry } from './queue-registry.js';
import { QueueWatchdog } from './queue-watchdog.js';

/** Of the time that a shutdown may take as a whole: the rest is for requests, database and connections. */
const SHARE_OF_SHUTDOWN = 0.6;

/**
 * Starts and stops the workers with the application.
 *
 * Start: after every `onModuleInit`, by when all queues are declared and all processors registered.
 * Stop: in `beforeApplicationShutdown`, after every `onModuleDestroy` and while database and Redis are
 * open, which close in `onApplicationShutdown`: running jobs can finish and be reported. Requests that are
 * still answered meanwhile can still add jobs.
 */
@Injectable()
export class QueueLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(Config) private readonly config: Config,
    private readonly registry: QueueRegistry,
    private readonly driver: QueueDriver,
    private readonly watchdog: QueueWatchdog,
    private readonly recovery: QueueRecovery,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const works = this.config.role !== 'api';
    if (works) this.registry.assertComplete();
    await this.driver.open();
    if (!works) return;
    await this.driver.start();
    this.watchdog.start();
    this.recovery.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.watchdog.stop();
    const recovered = this.recovery.stop();
    const graceMs = this.config.http.shutdownTimeoutMs * SHARE_OF_SHUTDOWN;
    await Promise.all([this.driver.stop(graceMs), settlesWithin(recovered, graceMs)]);
  }
}
