import type { Clock } from '../../kernel/clock.js';
import type { LoggedChange, SessionChange } from '../../kernel/session-records.js';
import type { SessionFastPath } from './cache/session-fast-path.js';
import type { LocalEndings } from './local-endings.js';
import type { ChangeSource, SessionFeed } from './session-feed.js';
import type { EndedSessions } from './session-store.js';
import { tokenOwner } from './session-token.js';

/** What a change of a session, wherever it was made, does in this process. */
export class SessionChanges {
  readonly #feed: SessionFeed;
  readonly #fastPath: SessionFastPath;
  readonly #endings: LocalEndings;
  readonly #clock: Clock;
  readonly #onEnded: ((ended: EndedSessions) => void)[] = [];

  constructor(feed: SessionFeed, fastPath: SessionFastPath, endings: LocalEndings, clock: Clock) {
    this.#feed = feed;
    this.#fastPath = fastPath;
    this.#endings = endings;
    this.#clock = clock;
  }

  start(): Promise<void> {
    return this.#feed.start(
      (change, source) => this.#apply(change, source),
      () => this.#fastPath.doubt(),
    );
  }

  stop(): Promise<void> {
    return this.#feed.stop();
  }

  /** Resolves when this process refuses what has ended, and Redis has been told or is not believed here. */
  announce(changes: readonly LoggedChange[]): Promise<void> {
    return this.#feed.announce(changes);
  }

  onEnded(listener: (ended: EndedSessions) => void): void {
    this.#onEnded.push(listener);
  }

  async #apply(change: SessionChange, source: ChangeSource): Promise<void> {
    const owner = tokenOwner(change.userId);
    if (change.kind === 'ended') for (const hash of change.tokenHashes) this.#endings.end(hash);
    if (change.kind === 'all-ended') this.#endings.endBefore(owner, change.generation);
    // Sockets first: a Redis that hangs keeps nobody's open.
    this.#tellListeners(change);
    // Who made it told Redis before the bus; of what the log alone tells, perhaps nobody did.
    if (source !== 'bus') await this.#tellRedis(change);
  }

  async #tellRedis(change: SessionChange): Promise<void> {
    const owner = tokenOwner(change.userId);
    switch (change.kind) {
      case 'ended': {
        await Promise.all(change.tokenHashes.map((hash) => this.#fastPath.end({ hash, owner })));
        return;
      }
      case 'all-ended': {
        await this.#fastPath.endBefore(owner, change.generation);
        return;
      }
      case 'token-retired': {
        const { tokenHash: hash, generation, retiresAtMs } = change;
        await this.#fastPath.retire(
          { hash, owner },
          generation,
          () => retiresAtMs - this.#clock.nowMs(),
        );
      }
    }
  }

  #tellListeners(change: SessionChange): void {
    const ended = endedBy(change);
    for (const listener of this.#onEnded) listener(ended);
  }
}

function endedBy(change: SessionChange): EndedSessions {
  const { userId } = change;
  switch (change.kind) {
    case 'ended':
      return { userId, sessionId: change.sessionId };
    case 'all-ended':
      return { userId, keptSessionId: change.keptSessionId };
    case 'token-retired':
      return { userId, sessionId: change.sessionId, tokenRetiresAtMs: change.retiresAtMs };
  }
}
