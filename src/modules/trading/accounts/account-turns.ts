import { accountBusy } from '../trading.errors.js';

/** Who comes when so many of this process wait for one account is refused. */
const MAX_WAITING = 1_000;

/** One at a time for each account, in the order of asking, within this process. */
export class AccountTurns {
  /** An account that has somebody, and who waits for it, in order. */
  readonly #waiting = new Map<string, Set<() => void>>();

  /**
   * Waits for the account, at most `waitMs`, and runs `work` while it has it. Not reentrant.
   * @throws AppError `trading.account_busy` (conflict) when its turn did not come
   */
  async run<T>(accountId: string, waitMs: number, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(accountId);
    if (waiting === undefined) this.#waiting.set(accountId, new Set());
    else await turnIn(waiting, waitMs);
    try {
      return await work();
    } finally {
      this.#handOn(accountId);
    }
  }

  /** To the first who waits, without a moment in which another could come in between. */
  #handOn(accountId: string): void {
    const [next] = this.#waiting.get(accountId) ?? [];
    if (next === undefined) this.#waiting.delete(accountId);
    else next();
  }
}

function turnIn(waiting: Set<() => void>, waitMs: number): Promise<void> {
  if (waiting.size >= MAX_WAITING) throw accountBusy();
  return new Promise((resolve, reject) => {
    const take = (): void => {
      clearTimeout(timer);
      waiting.delete(take);
      resolve();
    };
    const timer = setTimeout(() => {
      waiting.delete(take);
      reject(accountBusy());
    }, waitMs);
    waiting.add(take);
  });
}
