import { Logger } from '@nestjs/common';
import { SECOND_MS } from '../../kernel/duration.js';
import type { PubSub, Subscription } from './pub-sub.js';

/** For those who could not be told: a message is lost while Redis is away. */
const LOOK_MS = 5 * SECOND_MS;

export interface Followed {
  /** What is followed, in words for the log: `TTLs of caches`. */
  readonly what: string;
  /** On which changes are told. */
  readonly channel: string;
  /** Reads what is stored by now, and makes this process do by it. */
  readonly apply: () => Promise<void>;
}

/**
 * Keeps this process in step with something that is stored. A change is told to all processes at once; one that does
 * not hear of it sees it within 5 s.
 */
export class ChangeFollower {
  readonly #logger = new Logger(ChangeFollower.name);
  readonly #pubsub: PubSub;
  readonly #followed: Followed;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #subscription: Promise<Subscription> | undefined;

  constructor(pubsub: PubSub, followed: Followed) {
    this.#pubsub = pubsub;
    this.#followed = followed;
  }

  /** Resolves once what is stored has been applied. */
  async start(): Promise<void> {
    this.#subscription = this.#pubsub.subscribe(this.#followed.channel, () => this.follow());
    this.#timer = setInterval(() => void this.follow(), LOOK_MS).unref();
    await Promise.all([this.#subscription, this.follow()]);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await (await this.#subscription)?.unsubscribe();
    await (this.#queued ?? this.#running);
  }

  /** Applies what is stored by now, here and, as far as they can be told, in all other processes. */
  async changed(): Promise<void> {
    await this.follow();
    await this.#pubsub.publish(this.#followed.channel, null).catch((error: unknown) => {
      const message = `others hear later of changed ${this.#followed.what}`;
      this.#logger.warn({ message, err: error });
    });
  }

  /** Never rejects. One at a time: what was read first must not be applied last. */
  follow(): Promise<void> {
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      this.#running = this.#apply();
      return this.#running;
    });
    return this.#queued;
  }

  async #apply(): Promise<void> {
    try {
      await this.#followed.apply();
    } catch (error) {
      this.#logger.warn({ message: `${this.#followed.what} stay as they are`, err: error });
    }
  }
}
