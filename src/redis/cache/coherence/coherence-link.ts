import type { CacheEvent, CacheLink } from '../cache.js';
import { within, type StoreGate } from '../store/store-gate.js';
import type { InvalidationLog } from './invalidation-log.js';
import { LogFollower, type LogEntry, type LogPosition } from './log-follower.js';

const BEAT_MS = 100;
/** Older than this, a proof is worth nothing: the longest that a silent loss of the link can go unnoticed. */
export const PROOF_MS = 500;
const MAX_PENDING_BEATS = 16;
const CATCH_UP_TIMEOUT_MS = 2_000;

/** What the link does to the cache. */
export interface Coherent {
  /** Invalidated elsewhere. */
  drop(names: readonly string[]): void;
  /** What was invalidated elsewhere is unknown: nothing that is kept in the process is good any more. */
  dropAll(): void;
  /** The store may hold again what was removed from it: what is in it must count no more, for anybody. */
  reset(): Promise<void>;
  /** Repeats what the store is still to be told of. Rejects while it cannot be. */
  settleOwed(): Promise<void>;
  /** Reads the clocks of the store's servers: never rejects. */
  readClocks(): Promise<void>;
  /** Whoever loaded this entry is done. */
  settled(name: string): void;
  /** Which servers hold the data; another answer means that one of them may have lost some. */
  serversOf(): string;
}

/**
 * Keeps the local tier as good as the store, or says that it is not.
 *
 * A beat leaves on the connection of the commands and comes back on that of the invalidations, behind all that was
 * told before it, with the head of the log. If that is where this process stands, then up to the moment the beat was
 * sent nothing was missed, whichever link there is between. Until {@link PROOF_MS} after that moment the local tier
 * may serve; then every read asks the store.
 */
export class CoherenceLink {
  /** On the monotonic clock: up to it, what the process keeps is known to be good. */
  provenUntilMs = -Infinity;
  /** The same, or Infinity while the store is away altogether and there is nothing better. */
  servesUntilMs = -Infinity;
  readonly #log: InvalidationLog;
  readonly #gate: StoreGate;
  readonly #cache: Coherent;
  readonly #emit: (event: CacheEvent) => void;
  readonly #follower = new LogFollower();
  readonly #sentAtMs = new Map<string, number>();
  #beats = 0;
  #isBeating = false;
  #isCatchingUp = false;
  #servers: string | undefined;
  #state: CacheLink['state'] = 'remote';
  #gaps = 0;
  #resets = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    log: InvalidationLog,
    gate: StoreGate,
    cache: Coherent,
    emit: (event: CacheEvent) => void,
  ) {
    this.#log = log;
    this.#gate = gate;
    this.#cache = cache;
    this.#emit = emit;
  }

  /** Begins to listen; resolves with the first proof, or after `waitMs` without one. */
  async start(waitMs: number): Promise<void> {
    this.#log.listen({
      onEntry: (entry) => this.#receive(entry),
      onBeat: (beatId, head) => this.#check(beatId, head),
      onSettled: (name) => this.#cache.settled(name),
      onSilence: () => this.#distrust(),
      onEnd: () => clearInterval(this.#timer),
    });
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS).unref();
    const deadlineMs = performance.now() + waitMs;
    await this.#beat();
    while (this.#state !== 'coherent' && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS / 4));
      await this.#beat();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#log.close();
  }

  get state(): CacheLink['state'] {
    this.#refreshState();
    return this.#state;
  }

  /** Whether changes of others arrive. */
  get isProven(): boolean {
    return performance.now() < this.provenUntilMs;
  }

  get gaps(): number {
    return this.#gaps;
  }

  get resets(): number {
    return this.#resets;
  }

  /** The gate has opened, or closed. */
  gateChanged(isOpen: boolean): void {
    this.servesUntilMs = isOpen ? Infinity : this.provenUntilMs;
    this.#refreshState();
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      await this.#gate.probe(async () => {
        await this.#cache.settleOwed();
        await this.#checkServers();
        await this.#sendBeat();
      });
    } finally {
      this.#isBeating = false;
      this.#refreshState();
    }
  }

  async #sendBeat(): Promise<void> {
    this.#beats += 1;
    const beatId = String(this.#beats);
    const [oldest] = this.#sentAtMs.keys();
    if (this.#sentAtMs.size >= MAX_PENDING_BEATS && oldest !== undefined) {
      this.#sentAtMs.delete(oldest);
    }
    this.#sentAtMs.set(beatId, performance.now());
    // One node of a Cluster may never answer, the log is on another.
    void this.#cache.readClocks();
    // A store that is slow is as good as away; what was sent counts all the same if it comes back.
    const head = await within(this.#gate.callTimeoutMs, this.#log.beat(beatId));
    // Deaf, but not cut off: what is kept may not be served yet, but stays good for when the store goes too.
    if (!this.isProven && this.#follower.check(head) === 'gap') await this.#catchUp();
  }

  /** A Cluster's log lies on one node: what another loses does not show there. */
  async #checkServers(): Promise<void> {
    const servers = this.#cache.serversOf();
    if (servers === '' || servers === this.#servers) return;
    if (this.#servers !== undefined) await this.#reset();
    this.#servers = servers;
  }

  #receive(entry: LogEntry): void {
    const isOwn = entry.origin === this.#log.instanceId;
    // Whatever its place in the log: to drop too much does no harm.
    if (!isOwn) {
      this.#cache.drop(entry.names);
      this.#emit({ type: 'invalidated', keys: entry.names.length, origin: 'elsewhere' });
    }
    if (this.#follower.receive(entry) !== 'gap') return;
    this.#distrust();
    void this.#catchUp();
  }

  #check(beatId: string, head: LogPosition): void {
    const sentAtMs = this.#sentAtMs.get(beatId);
    if (sentAtMs === undefined) return;
    this.#sentAtMs.delete(beatId);
    if (this.#follower.check(head) === 'gap') {
      this.#distrust();
      void this.#catchUp();
      return;
    }
    if (this.#isCatchingUp) return;
    this.provenUntilMs = Math.max(this.provenUntilMs, sentAtMs + PROOF_MS);
    this.servesUntilMs = this.#gate.isOpen ? Infinity : this.provenUntilMs;
    this.#refreshState();
  }

  #distrust(): void {
    this.provenUntilMs = -Infinity;
    this.servesUntilMs = this.#gate.isOpen ? Infinity : -Infinity;
    this.#refreshState();
  }

  async #catchUp(): Promise<void> {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    try {
      const from = this.#follower.position;
      const { known, head } = await within(CATCH_UP_TIMEOUT_MS, this.#log.read(from?.seq));
      // What was pushed meanwhile has moved on from where this answer begins: the next beat asks again.
      if (this.#follower.position !== from) return;
      const result = this.#follower.catchUp(known, head);
      if (from !== undefined) {
        this.#gaps += 1;
        this.#emit({ type: 'gap' });
      }
      if (result.kind === 'missed') {
        for (const { names } of result.entries) this.#cache.drop(names);
        return;
      }
      this.#cache.dropAll();
      if (result.kind === 'history-lost') await this.#reset();
    } catch (error) {
      this.#gate.report('catching up with invalidations', error);
    } finally {
      this.#isCatchingUp = false;
    }
  }

  async #reset(): Promise<void> {
    this.#cache.dropAll();
    this.#distrust();
    this.#resets += 1;
    this.#emit({ type: 'reset' });
    await this.#cache.reset();
  }

  #refreshState(): void {
    const connected = this.isProven ? 'coherent' : 'remote';
    const state = this.#gate.isOpen ? 'detached' : connected;
    if (state === this.#state) return;
    this.#state = state;
    this.#emit({ type: 'link', state });
  }
}
