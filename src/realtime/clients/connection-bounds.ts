import { AppError } from '../../kernel/app-error.js';
import { clientNetwork } from '../../http/index.js';
import type { LiveClient } from './live-client.js';

/** Of one user: many bots, with many connections each. */
const PER_USER = 200;
/** Of one address (of IPv6: one network of 64 bits), of those who do not say who they are. */
const ANONYMOUS_PER_ADDRESS = 20;
/** Of all of those together: whoever has many addresses leaves room for our users all the same. */
const ANONYMOUS = 5_000;

/** How many connections this process holds, and for whom. */
export class ConnectionBounds {
  readonly #counts = new Map<string, number>();
  #anonymous = 0;

  /**
   * Counts the client until it closes.
   * @throws AppError `live.too_many_connections`
   */
  take(client: LiveClient): void {
    const { principal, address } = client;
    const key =
      principal === undefined ? `network ${clientNetwork(address)}` : `user ${principal.userId}`;
    const count = this.#counts.get(key) ?? 0;
    const isFull =
      principal === undefined
        ? count >= ANONYMOUS_PER_ADDRESS || this.#anonymous >= ANONYMOUS
        : count >= PER_USER;
    if (isFull) {
      throw new AppError(
        'too_many_requests',
        'live.too_many_connections',
        'You hold as many live connections as you may; close one first.',
      );
    }
    this.#counts.set(key, count + 1);
    if (principal === undefined) this.#anonymous += 1;
    client.onClosed(() => this.#giveBack(key, principal === undefined));
  }

  #giveBack(key: string, isAnonymous: boolean): void {
    if (isAnonymous) this.#anonymous -= 1;
    const left = (this.#counts.get(key) ?? 1) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
