import type { LiveAt, SessionRecord, SessionRecords } from '../../kernel/session-records.js';

const COLLECT_MS = 20;
const MAX_PER_STATEMENT = 500;

interface Waiting {
  readonly sessionId: string;
  readonly resolve: (session: SessionRecord | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Sessions that are in use without requests, such as those of open sockets: many in one statement. */
export class KeepAlive {
  readonly #records: SessionRecords;
  readonly #now: () => LiveAt;
  readonly #settle: () => Promise<void>;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param settle waits until the records know of the uses that are known here */
  constructor(records: SessionRecords, now: () => LiveAt, settle: () => Promise<void>) {
    this.#records = records;
    this.#now = now;
    this.#settle = settle;
  }

  /** Marks the session as used now. @returns undefined when it has ended. Rejects with what the records throw. */
  use(sessionId: string): Promise<SessionRecord | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sessionId, resolve, reject });
      this.#timer ??= setTimeout(() => void this.#useAll(), COLLECT_MS);
    });
  }

  async #useAll(): Promise<void> {
    this.#timer = undefined;
    const all = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < all.length; start += MAX_PER_STATEMENT) {
      await this.#useSome(all.slice(start, start + MAX_PER_STATEMENT));
    }
  }

  async #useSome(batch: readonly Waiting[]): Promise<void> {
    try {
      const ids = [...new Set(batch.map(({ sessionId }) => sessionId))];
      await this.#settle();
      const live = await this.#records.touchByIds(ids, this.#now());
      const byId = new Map(live.map((session) => [session.id, session]));
      for (const { sessionId, resolve } of batch) resolve(byId.get(sessionId));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
