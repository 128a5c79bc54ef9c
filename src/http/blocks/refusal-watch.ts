import { Injectable, Logger } from '@nestjs/common';
import { FaultLog } from '../../kernel/fault-log.js';
import { RateLimiter } from '../../kernel/rate-limiter.js';
import { clientNetwork } from '../client-network.js';
import { RateLimitTable } from '../rate-limit.table.js';

/** Does something about an address that has been refused too often. */
export type OnAbuse = (network: string) => Promise<void>;

/**
 * Counts refusals by address, all processes together, and says who has had too many of them: that is a limit itself,
 * `abuse.refusals`. In shadow nothing is done.
 */
@Injectable()
export class RefusalWatch {
  readonly #logger = new Logger('Abuse');
  readonly #faults = new FaultLog(this.#logger);
  /** Networks that something is being done about: the flood goes on meanwhile. */
  readonly #underWay = new Set<string>();
  #onAbuse: OnAbuse | undefined;

  constructor(
    private readonly limiter: RateLimiter,
    private readonly table: RateLimitTable,
  ) {}

  /** There is one who does. */
  onAbuse(act: OnAbuse): void {
    this.#onAbuse = act;
  }

  /** Nobody waits for it, and it fails nobody. */
  note(address: string): void {
    const network = clientNetwork(address);
    this.#count(network).catch((error: unknown) => {
      this.#faults.report('a block for abuse', error);
    });
  }

  async #count(network: string): Promise<void> {
    const policy = this.table.get('abuse.refusals');
    const { allowed, exceeded } = await this.limiter.consume(policy, network);
    if (!exceeded || this.#onAbuse === undefined || this.#underWay.has(network)) return;
    if (allowed) {
      this.#logger.debug({ message: 'in shadow: would be blocked', network });
      return;
    }
    this.#underWay.add(network);
    await this.#onAbuse(network).finally(() => this.#underWay.delete(network));
  }
}
