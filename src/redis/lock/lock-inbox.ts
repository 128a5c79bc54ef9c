import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { RedisSubscriber } from '../pubsub/redis-subscriber.js';

/** Of one who waits for a lock. */
export class Turn {
  #hasCome = false;
  #wake: (() => void) | undefined;

  /** Remembered, should nobody sleep at the moment. */
  come(): void {
    this.#hasCome = true;
    this.#wake?.();
  }

  /** Until the turn has come, the time is over, or the signal aborts: whoever wakes has to look. */
  async sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#hasCome && ms > 0 && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', wake);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(wake, ms);
        signal?.addEventListener('abort', wake, { once: true });
        this.#wake = wake;
      });
    }
    this.#hasCome = false;
  }
}

/**
 * Where this process hears that a lock has been handed to it: one channel, on one connection, for all who wait. It is
 * made when somebody waits for the first time.
 */
export class LockInbox {
  readonly #logger = new Logger('Lock');
  readonly #connections: RedisConnections;
  readonly #channel: string;
  readonly #turns = new Map<string, Turn>();
  #subscriber: RedisSubscriber | undefined;
  #owners = 0;

  constructor(connections: RedisConnections, keys: KeyBuilder) {
    this.#connections = connections;
    this.#channel = keys.key('lock', 'inbox', randomBytes(12).toString('base64url'));
  }

  /** Whether messages arrive, as far as is known. */
  get isListening(): boolean {
    return this.#subscriber?.isListening === true;
  }

  /** Unique in the fleet, and for ever. */
  newOwner(): string {
    this.#owners += 1;
    return `${this.#channel}#${this.#owners}`;
  }

  /** From now on what is told to the owner is heard, or remembered. */
  expect(owner: string): Turn {
    const turn = new Turn();
    this.#turns.set(owner, turn);
    return turn;
  }

  forget(owner: string): void {
    this.#turns.delete(owner);
  }

  /** Begins to listen, in the background. */
  open(): void {
    if (this.#subscriber !== undefined) return;
    this.#subscriber = new RedisSubscriber(
      this.#connections,
      this.#logger,
      (text) => text,
      // What was told meanwhile is lost: everybody looks.
      () => this.#wakeAll(),
    );
    void this.#subscriber.subscribe('channel', this.#channel, (owner) => {
      if (typeof owner === 'string') this.#turns.get(owner)?.come();
    });
  }

  #wakeAll(): void {
    for (const turn of this.#turns.values()) turn.come();
  }
}
