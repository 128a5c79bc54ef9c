/** Where somebody stands in the log of invalidations. An empty log is at seq 0, nonce ''. */
export interface LogPosition {
  readonly seq: number;
  readonly nonce: string;
}

export interface LogEntry extends LogPosition {
  /** The nonce of the entry before. */
  readonly previous: string;
  /** The instance that appended it. */
  readonly origin: string;
  /** Of entries and tags that were invalidated. */
  readonly names: readonly string[];
}

export type Step =
  /** The next one: to be applied. */
  | 'next'
  /** Already known. */
  | 'old'
  /** Something before it was missed. */
  | 'gap';

export type Proof = 'current' | 'gap';

export type CatchUp =
  | { readonly kind: 'missed'; readonly entries: readonly LogEntry[] }
  /** What was missed is no longer in the log. */
  | { readonly kind: 'trimmed'; readonly head: LogPosition }
  /** The server does not know what was seen: it lost writes, and with them perhaps removals of entries. */
  | { readonly kind: 'history-lost'; readonly head: LogPosition };

/**
 * Follows the log, and notices whatever is missing. Pure: told what arrives, it says what that means.
 *
 * As in replicated logs, a position is a number and the nonce of the entry there, and each entry names the nonce
 * before it: two histories that agree in one position agree in all before it.
 */
export class LogFollower {
  #position: LogPosition | undefined;

  /** undefined: nothing was seen yet. */
  get position(): LogPosition | undefined {
    return this.#position;
  }

  /** An entry as it was pushed. */
  receive({ seq, nonce, previous }: LogEntry): Step {
    const position = this.#position;
    if (position === undefined) return 'gap';
    if (seq === position.seq + 1 && previous === position.nonce) {
      this.#position = { seq, nonce };
      return 'next';
    }
    // Of an earlier one it cannot be told whether it is of the same history: the next beat shows.
    if (seq < position.seq) return 'old';
    return seq === position.seq && nonce === position.nonce ? 'old' : 'gap';
  }

  /** The head of the log, seen after all that was pushed before it. */
  check(head: LogPosition): Proof {
    const position = this.#position;
    return position?.seq === head.seq && position.nonce === head.nonce ? 'current' : 'gap';
  }

  /**
   * @param known the log from this follower's own position on, that one included where it is still there
   * @param head the last entry of the log, read in one step with `known`
   */
  catchUp(known: readonly LogEntry[], head: LogPosition): CatchUp {
    const before = this.#position;
    this.#position = head;
    if (before === undefined) return { kind: 'trimmed', head };
    if (head.seq < before.seq) return { kind: 'history-lost', head };
    // Nothing was ever in the log when this process first looked: all that is there now came later.
    const own = before.seq === 0 ? { seq: 0, nonce: '' } : known[0];
    const missed = before.seq === 0 ? known : known.slice(1);
    if (own?.seq !== before.seq) return { kind: 'trimmed', head };
    if (own.nonce !== before.nonce) return { kind: 'history-lost', head };
    return isUnbroken(own, missed)
      ? { kind: 'missed', entries: missed }
      : { kind: 'history-lost', head };
  }
}

function isUnbroken(from: LogPosition, entries: readonly LogEntry[]): boolean {
  let before = from;
  for (const entry of entries) {
    if (entry.seq !== before.seq + 1 || entry.previous !== before.nonce) return false;
    before = entry;
  }
  return true;
}
