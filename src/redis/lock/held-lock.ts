import type { Lease } from '../../kernel/lease.js';
import type { KnownTokens } from './known-tokens.js';
import type { LeaseState } from './lease-state.js';
import { refused } from './lock-errors.js';

/** A lock that was acquired, and is to be given back. */
export interface HeldLock {
  readonly lease: Lease;
  /** Never throws: the work is done, and the lease would run out by itself. */
  release(): Promise<void>;
}

/** The lease of one acquisition. */
export class HeldLease implements Lease {
  readonly #state: LeaseState;
  readonly #tokens: KnownTokens;

  constructor(
    readonly resource: string,
    readonly holder: string,
    readonly fencingToken: bigint,
    state: LeaseState,
    tokens: KnownTokens,
  ) {
    this.#state = state;
    this.#tokens = tokens;
    tokens.saw(resource, fencingToken);
  }

  get signal(): AbortSignal {
    return this.#state.signal;
  }

  throwIfLost(): void {
    this.#state.throwIfLost();
  }

  refuse(seenToken: bigint): void {
    this.#tokens.saw(this.resource, seenToken);
    this.#state.lose(refused(this.resource));
  }
}

/** One of several leases that stand and fall together. */
export class SharedLease implements Lease {
  readonly #own: Lease;
  readonly #all: readonly Lease[];

  /** @param signal aborts with the first of `all` that is lost. */
  constructor(
    own: Lease,
    all: readonly Lease[],
    readonly signal: AbortSignal,
  ) {
    this.#own = own;
    this.#all = all;
  }

  get resource(): string {
    return this.#own.resource;
  }

  get holder(): string {
    return this.#own.holder;
  }

  get fencingToken(): bigint {
    return this.#own.fencingToken;
  }

  throwIfLost(): void {
    for (const lease of this.#all) lease.throwIfLost();
  }

  refuse(seenToken: bigint): void {
    this.#own.refuse(seenToken);
  }
}
