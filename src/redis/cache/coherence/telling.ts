import type { SharedTier } from '../store/shared-tier.js';
import type { InvalidationDebts } from './invalidation-debts.js';

/** What a change waits for the store before it is left to be repeated: longer than a read, others depend on it. */
const TELL_TIMEOUT_MS = 300;
/** The clocks of two machines may run apart by so much in that time, and timers be early. */
const ARRIVAL_MARGIN_MS = 10;

/** Lets the store know of changes: within a bounded time, or they are owed. */
export class Telling {
  constructor(
    private readonly shared: SharedTier | undefined,
    private readonly debts: InvalidationDebts,
  ) {}

  /** @param names of what changes: removed from the store, and by all others, as soon as it can be when `tell` fails. */
  async tell(
    what: string,
    names: readonly string[],
    tell: (shared: SharedTier) => Promise<void>,
  ): Promise<void> {
    await this.#tell(what, names, tell);
  }

  /**
   * {@link tell} of what may still take effect after it has failed, up to a moment: then it is owed once more.
   * @param tell is given that moment, on the monotonic clock
   */
  async tellInTime(
    what: string,
    names: readonly string[],
    tell: (shared: SharedTier, untilMs: number) => Promise<void>,
  ): Promise<void> {
    let mayArriveUntilMs = -Infinity;
    const isTold = await this.#tell(what, names, (shared, untilMs) => {
      mayArriveUntilMs = untilMs;
      return tell(shared, untilMs);
    });
    const leftMs = mayArriveUntilMs - performance.now();
    if (isTold || leftMs <= 0) return;
    setTimeout(() => void this.debts.owe(names), leftMs + ARRIVAL_MARGIN_MS).unref();
  }

  async #tell(
    what: string,
    names: readonly string[],
    tell: (shared: SharedTier, untilMs: number) => Promise<void>,
  ): Promise<boolean> {
    const { shared, debts } = this;
    if (shared === undefined) return true;
    const { gate } = shared;
    if (!gate.isOpen) {
      const patience = Math.max(1, TELL_TIMEOUT_MS / gate.callTimeoutMs);
      const untilMs = performance.now() + patience * gate.callTimeoutMs;
      const told = await gate.pass(what, () => tell(shared, untilMs).then(() => true), patience);
      if (told !== undefined) return true;
    }
    await debts.owe(names);
    return false;
  }
}
