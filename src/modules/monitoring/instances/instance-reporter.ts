import { hostname } from 'node:os';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import { Caches, lookupsOf, QueueWatchdog, RedisDiagnostics } from '../../../redis/index.js';
import { LINK_TOLERANCE_MS } from '../alerts/alert-rules.js';
import { InstanceReportsRepository, type FleetCounts } from './instance-reports.repository.js';
import { LinkWatch } from './link-watch.js';
import { MinuteCounts, type Counts } from './minute-counts.js';

const REPORT_MS = 15 * SECOND_MS;
/** Whoever misses two reports in a row has gone. */
const FRESH_MS = 2.5 * REPORT_MS;

/**
 * Tells the others what this process counts. Hits, misses and lost connections are known only to the process
 * that has them, and whoever evaluates alerts is one of many.
 */
@Injectable()
export class InstanceReporter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(InstanceReporter.name);
  readonly #instance = `${hostname()}/${process.pid}/${newId().slice(-6)}`;
  readonly #role: string;
  readonly #minute = new MinuteCounts();
  readonly #link = new LinkWatch();
  #timer: NodeJS.Timeout | undefined;
  #stopWatching: (() => void) | undefined;
  #reporting: Promise<void> = Promise.resolve();

  constructor(
    private readonly reports: InstanceReportsRepository,
    private readonly caches: Caches,
    private readonly redis: RedisDiagnostics,
    private readonly watchdog: QueueWatchdog,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) config: Config,
  ) {
    this.#role = config.role;
  }

  onApplicationBootstrap(): void {
    this.#stopWatching = this.caches.onEvent((event) => {
      if (event.type === 'link') this.#link.see(event.state, this.clock.nowMs());
    });
    // Also the count that the first minute is measured from.
    void this.report();
    this.#timer = setInterval(() => void this.report(), REPORT_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopWatching?.();
    await this.#reporting;
    await this.reports.remove(this.#instance).catch((error: unknown) => this.#missed(error));
  }

  /** Never rejects: what is not told now is told in a quarter of a minute. */
  report(): Promise<void> {
    const nowMs = this.clock.nowMs();
    const gain = this.#minute.gain(this.#counts(), nowMs);
    const linkBrokenMs = this.#link.see(this.caches.link().state, nowMs);
    const stuckQueues = this.watchdog
      .states()
      .map(({ queue, stuckMs, restartsInLastMinute: restarts }) => ({ queue, stuckMs, restarts }))
      .filter(({ stuckMs, restarts }) => stuckMs > 0 || restarts > 0);
    this.#reporting = this.reports
      .save(this.#instance, { role: this.#role, ...gain, linkBrokenMs, stuckQueues })
      .catch((error: unknown) => this.#missed(error));
    return this.#reporting;
  }

  /** Of all instances that are alive, in the last minute. */
  async fleet(): Promise<FleetCounts> {
    await this.report();
    return this.reports.total(FRESH_MS, LINK_TOLERANCE_MS);
  }

  #counts(): Counts {
    const { hits, stale, misses } = lookupsOf(this.caches.statistics());
    const { errors } = this.redis.connections();
    // An ended value is an answer: whoever asked did not have to wait for a source that failed.
    const answered = hits + stale;
    return { lookups: answered + misses, hits: answered, connectionErrors: errors };
  }

  #missed(error: unknown): void {
    this.#logger.debug({ message: 'instance report not stored', err: error });
  }
}
