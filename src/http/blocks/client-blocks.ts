import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { AppError } from '../../kernel/app-error.js';
import { Clock } from '../../kernel/clock.js';
import { SECOND_MS } from '../../kernel/duration.js';
import { networksOf } from './forwarded-address.js';
import {
  includes,
  NetworkTable,
  parseAddress,
  parseNetwork,
  type IpNetwork,
} from './ip-network.js';

/** Addresses that are refused everything. */
export interface ClientBlock {
  readonly network: string;
  /** null: until it is lifted. */
  readonly endsAtMs: number | null;
}

/** The blocks as they hold in this process: a look asks nobody else. */
@Injectable()
export class ClientBlocks {
  readonly #allowed: NetworkTable<true>;
  readonly #allowedNetworks: readonly IpNetwork[];
  readonly #clock: Clock;
  readonly #listeners: (() => void)[] = [];
  #held: ReadonlySet<string> = new Set();
  #blocks = new NetworkTable<ClientBlock>();

  constructor(@Inject(Config) { http }: Config, @Inject(Clock) clock: Clock) {
    this.#allowed = networksOf(http.neverBlocked);
    this.#allowedNetworks = http.neverBlocked.flatMap((text) => parseNetwork(text) ?? []);
    this.#clock = clock;
  }

  /** As many as were given last, ended ones among them. */
  get count(): number {
    return this.#held.size;
  }

  /** From now on these hold, and no others. */
  replace(blocks: readonly ClientBlock[]): void {
    const table = new NetworkTable<ClientBlock>();
    for (const block of blocks) {
      const network = parseNetwork(block.network);
      if (network !== undefined) table.set(network, block);
    }
    const before = this.#held;
    this.#blocks = table;
    this.#held = new Set(blocks.map(({ network, endsAtMs }) => `${network} ${endsAtMs}`));
    // Looked at every few seconds: most looks find what is known, and concern nobody.
    if ([...this.#held].some((block) => !before.has(block)))
      for (const tell of this.#listeners) tell();
  }

  /** Told in the moment that there is a block which was not there before. */
  onBlocked(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The block that an address is under. */
  find(text: string): ClientBlock | undefined {
    if (this.#blocks.isEmpty) return undefined;
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const block = this.#blocks.find(
      address,
      ({ endsAtMs }) => endsAtMs === null || endsAtMs > nowMs,
    );
    return block && !this.#allowed.find(address) ? block : undefined;
  }

  /** @throws AppError `client.blocked` (too_many_requests while it ends by itself, else forbidden) */
  check(address: string): void {
    const block = this.find(address);
    if (block !== undefined) throw this.refusal(block);
  }

  refusal({ endsAtMs }: ClientBlock): AppError {
    if (endsAtMs === null) {
      return new AppError('forbidden', 'client.blocked', 'Your address is blocked.');
    }
    const retryAfterMs = Math.max(0, endsAtMs - this.#clock.nowMs());
    const details = {
      endsAt: new Date(endsAtMs).toISOString(),
      retryAfterSeconds: Math.ceil(retryAfterMs / SECOND_MS),
    };
    return new AppError(
      'too_many_requests',
      'client.blocked',
      'Your address is blocked for a time.',
      { details },
    );
  }

  /** Whether all of a network is on the list of those that are never blocked. */
  isAllowed(network: IpNetwork): boolean {
    return this.#allowedNetworks.some(
      (allowed) => allowed.prefix <= network.prefix && includes(allowed, network),
    );
  }
}
