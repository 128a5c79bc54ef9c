import type {
  InvalidationLog,
  LogListener,
} from '../../src/redis/cache/coherence/invalidation-log.js';
import type { LogEntry, LogPosition } from '../../src/redis/cache/coherence/log-follower.js';

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A server's log, and the two connections to it. */
export class FakeLog {
  readonly instanceId = 'here';
  entries: LogEntry[] = [];
  /** What is pushed is lost. */
  isDeaf = false;
  /** Commands do not arrive. */
  isAway = false;
  /** Commands arrive, and have no answer. */
  isMute = false;
  /** How long what is pushed is on its way. */
  pushMs = 0;
  /** How long the answer to a catch-up is on its way. */
  readMs = 0;
  reads = 0;
  readonly sentAtMs: number[] = [];
  #listener: LogListener | undefined;

  get head(): LogPosition {
    const { seq, nonce } = this.entries.at(-1) ?? { seq: 0, nonce: '' };
    return { seq, nonce };
  }

  listen(listener: LogListener): void {
    this.#listener = listener;
  }

  get told(): LogListener {
    if (this.#listener === undefined) throw new Error('nobody listens');
    return this.#listener;
  }

  async beat(beatId: string): Promise<LogPosition> {
    this.sentAtMs.push(performance.now());
    if (this.isAway) return new Promise(() => undefined);
    const { head } = this;
    this.#push((told) => told.onBeat(beatId, head));
    if (this.isMute) return new Promise(() => undefined);
    return head;
  }

  append(names: string[], origin = 'there'): void {
    const { seq, nonce: previous } = this.head;
    const entry = { seq: seq + 1, nonce: `n${Math.random()}`, previous, origin, names };
    this.entries.push(entry);
    this.#push((told) => told.onEntry(entry));
  }

  /** The server comes back with another history. */
  lose(): void {
    this.entries = [];
    this.append([]);
  }

  async read(seq: number | undefined): ReturnType<InvalidationLog['read']> {
    this.reads += 1;
    const known = seq === undefined ? [] : this.entries.filter((entry) => entry.seq >= seq);
    const { head } = this;
    if (this.readMs > 0) await later(this.readMs);
    return { known, head };
  }

  async close(): Promise<void> {}

  /** All that the link asks of a log is there. */
  asLog(): InvalidationLog {
    return this as Pick<InvalidationLog, keyof FakeLog & keyof InvalidationLog> as InvalidationLog;
  }

  #push(tell: (told: LogListener) => void): void {
    if (this.isDeaf || this.#listener === undefined) return;
    if (this.pushMs === 0) tell(this.told);
    else setTimeout(() => tell(this.told), this.pushMs);
  }
}
