import type { Principal } from '../../kernel/principal.js';
import type { Closing } from '../live-messages.js';
import type { Frame } from '../streams/frame.js';
import type { Following } from '../streams/live-streams.js';
import { BEHIND_BYTES, howToSend } from './sending-rule.js';

/** A client that takes nothing in this time is not waited for. */
const CATCH_UP_MS = 10_000;
export const TOO_SLOW: Closing = {
  code: 'live.too_slow',
  detail:
    'More waits to be sent than you take. Come back, and go on from the last message you have.',
};

/** One connection of a client, whatever it is made of, and what it follows. What waits for it is bounded. */
export abstract class LiveClient {
  /** By bus channel. */
  readonly following = new Map<string, Following>();
  /** Latest frames of transient channels, for a client that is behind: one a channel, which all clients share. */
  readonly #held = new Map<string, Frame>();
  readonly #caughtUp = new Set<() => void>();
  readonly #closed = new Set<() => void>();
  #tasks: Promise<unknown> = Promise.resolve();

  /**
   * @param principal undefined: nobody in particular, who sees what is public.
   * @param address of the client, past the proxies that are trusted.
   */
  constructor(
    public principal: Principal | undefined,
    readonly address: string,
  ) {}

  abstract get isOpen(): boolean;
  /** Written, and not yet taken by the system. */
  abstract get unsentBytes(): number;
  protected abstract write(frame: Frame): void;
  /** Tells the client why, where there is a reason to tell, and closes the connection. */
  abstract close(reason?: Closing): void;

  /** Calls `listener` once it is closed: at once if it has been before. */
  onClosed(listener: () => void): void {
    if (this.isOpen) this.#closed.add(listener);
    else listener();
  }

  send(frame: Frame): void {
    switch (howToSend(this.unsentBytes, frame.isTransient)) {
      case 'send':
        this.#held.delete(frame.channel);
        this.write(frame);
        break;
      case 'hold':
        this.#held.set(frame.channel, frame);
        break;
      case 'end':
        this.close(TOO_SLOW);
    }
  }

  /** What is held of a channel that the client does not follow any more. */
  forget(channel: string): void {
    this.#held.delete(channel);
  }

  /** One request of a client after the other, in the order in which they came. */
  inOrder<Result>(task: () => Promise<Result>): Promise<Result> {
    const done = this.#tasks.then(task);
    this.#tasks = done.catch(() => undefined);
    return done;
  }

  /** Resolves once the client has taken enough to be sent more, or is closed. */
  async caughtUp(): Promise<void> {
    if (!this.isOpen || this.unsentBytes < BEHIND_BYTES) return;
    await new Promise<void>((resolve) => {
      let unsent = this.unsentBytes;
      const look = setInterval(() => {
        // A slow line is no reason: it takes less than is sent at once, and comes to its end.
        if (this.unsentBytes < unsent) {
          unsent = this.unsentBytes;
          return;
        }
        clearInterval(look);
        this.#caughtUp.delete(caughtUp);
        this.close(TOO_SLOW);
        resolve();
      }, CATCH_UP_MS).unref();
      const caughtUp = () => {
        clearInterval(look);
        resolve();
      };
      this.#caughtUp.add(caughtUp);
    });
  }

  /** The transport's part: some of what was unsent has been taken, or the client is closed. */
  protected drained(): void {
    for (const frame of this.#held.values()) {
      if (!this.isOpen || this.unsentBytes >= BEHIND_BYTES) break;
      this.#held.delete(frame.channel);
      this.write(frame);
    }
    if (this.isOpen && this.unsentBytes >= BEHIND_BYTES) return;
    for (const resolve of this.#caughtUp) resolve();
    this.#caughtUp.clear();
  }

  /** The transport's part: the connection is closed. */
  protected ended(): void {
    for (const following of this.following.values()) following.release();
    this.following.clear();
    this.#held.clear();
    this.drained();
    for (const listener of this.#closed) listener();
    this.#closed.clear();
  }
}
