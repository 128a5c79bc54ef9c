import type { StoredEntry } from './cache-store.js';
import type { Slot } from './local-tier.js';

/** One key of a batch that this call has to find, for itself and for all who joined it. */
export interface Wanted<Params, Value> {
  readonly params: Params;
  readonly slot: Slot;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A value that was found, and when its source was asked. */
export interface Found<Value> {
  readonly value: Value | undefined;
  readonly writtenAtMs: number;
}

/** A key whose source is to be asked, and what the store has of it. */
export interface Asked {
  readonly slot: Slot;
  readonly stored?: StoredEntry | undefined;
}

export interface Kept<Value> {
  /** What readers get. */
  readonly value: Value;
  /** Settles when the store has it, or could not take it. */
  readonly written: Promise<void>;
}
