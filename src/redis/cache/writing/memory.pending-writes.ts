import { newId } from '../../../kernel/ids.js';
import {
  PendingWrites,
  type ClaimedWrite,
  type ClaimOptions,
  type PendingFigures,
  type PendingWrite,
  type PutOptions,
  type WriteClaim,
} from '../../../kernel/pending-writes.js';

interface Waiting extends Omit<ClaimedWrite, 'version'> {
  /** Of the last claim; undefined: written since. */
  readonly version: bigint | undefined;
  readonly writtenAtMs: number;
  readonly dueAtMs: number;
  readonly lease: { readonly holder: string; readonly untilMs: number } | undefined;
}

/** Within the process, and lost with it. */
export class MemoryPendingWrites extends PendingWrites {
  readonly #names = new Map<string, Map<string, Waiting>>();
  readonly #nowMs: () => number;
  #claims = 0n;

  constructor(nowMs: () => number = () => performance.now()) {
    super();
    this.#nowMs = nowMs;
  }

  override async put(
    name: string,
    writes: readonly PendingWrite[],
    { maxPending, delayMs }: PutOptions,
  ): Promise<readonly string[]> {
    const waiting = this.#of(name);
    const nowMs = this.#nowMs();
    const kept: string[] = [];
    for (const { key, payload } of writes) {
      const older = waiting.get(key);
      if (older === undefined && waiting.size >= maxPending) continue;
      const times =
        older === undefined || older.lease !== undefined
          ? { writtenAtMs: nowMs, dueAtMs: nowMs + delayMs }
          : { writtenAtMs: older.writtenAtMs, dueAtMs: older.dueAtMs };
      waiting.set(key, {
        key,
        payload,
        version: undefined,
        attempts: older?.attempts ?? 0,
        lease: older?.lease,
        ...times,
      });
      kept.push(key);
    }
    return kept;
  }

  override async claim(name: string, { limit, leaseMs, early }: ClaimOptions): Promise<WriteClaim> {
    const holder = newId();
    const waiting = this.#of(name);
    const nowMs = this.#nowMs();
    const writes = [...waiting.values()]
      .filter(({ lease }) => lease === undefined || lease.untilMs <= nowMs)
      .filter(({ dueAtMs }) => early || dueAtMs <= nowMs)
      .sort((a, b) => a.attempts - b.attempts || a.dueAtMs - b.dueAtMs)
      .slice(0, limit);
    const lease = { holder, untilMs: nowMs + leaseMs };
    return {
      holder,
      writes: writes.map((write) => {
        this.#claims += 1n;
        const version = this.#claims;
        waiting.set(write.key, { ...write, version, lease });
        return { key: write.key, payload: write.payload, version, attempts: write.attempts };
      }),
    };
  }

  override async settle(name: string, claim: WriteClaim): Promise<void> {
    for (const { key, version, held } of this.#held(name, claim)) {
      if (held.version === version) this.#of(name).delete(key);
      else this.#of(name).set(key, { ...held, lease: undefined, attempts: 0 });
    }
  }

  override async postpone(
    name: string,
    claim: WriteClaim,
    delaysMs: readonly number[],
  ): Promise<void> {
    const nowMs = this.#nowMs();
    const delayOf = new Map(claim.writes.map(({ key }, i) => [key, delaysMs[i] ?? 0]));
    for (const { key, held } of this.#held(name, claim)) {
      const dueAtMs = nowMs + (delayOf.get(key) ?? 0);
      const attempts = held.attempts + 1;
      this.#of(name).set(key, { ...held, attempts, dueAtMs, lease: undefined });
    }
  }

  override async find(name: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const key of keys) {
      const write = this.#of(name).get(key);
      if (write !== undefined) found.set(key, write.payload);
    }
    return found;
  }

  override async figures(name: string): Promise<PendingFigures> {
    const waiting = this.#of(name);
    const nowMs = this.#nowMs();
    let oldestAgeMs = 0;
    for (const { writtenAtMs } of waiting.values()) {
      oldestAgeMs = Math.max(oldestAgeMs, nowMs - writtenAtMs);
    }
    return { pending: waiting.size, oldestAgeMs };
  }

  #of(name: string): Map<string, Waiting> {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const waiting = new Map<string, Waiting>();
    this.#names.set(name, waiting);
    return waiting;
  }

  /** Of the claim those keys that its holder still has. */
  #held(name: string, { holder, writes }: WriteClaim) {
    return writes.flatMap(({ key, version }) => {
      const held = this.#of(name).get(key);
      return held?.lease?.holder === holder ? [{ key, version, held }] : [];
    });
  }
}
