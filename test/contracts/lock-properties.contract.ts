import fc from 'fast-check';
import { holdLock, type LockInHand } from '../support/held-lock.js';
import type { LockFixture } from './lock.contract.js';

const ASKERS = 5;
const LONG_MS = 600_000;

type Step = readonly ['wait' | 'try' | 'leave' | 'refuse', number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant('wait' as const) },
    { weight: 2, arbitrary: fc.constant('try' as const) },
    // Gives the lock back, or gives up waiting.
    { weight: 6, arbitrary: fc.constant('leave' as const) },
    // The database has seen a newer token.
    { weight: 1, arbitrary: fc.constant('refuse' as const) },
  ),
  fc.nat(ASKERS - 1),
);

/** Some who ask for one lock, by turns on both instances; what they should get stands in `holder` and `queue`. */
class Crowd {
  holder: number | undefined;
  queue: number[] = [];
  readonly #fixture: LockFixture;
  readonly #id: string;
  /** Of those who have the lock or wait for it. */
  readonly #asked = new Map<number, { hand: Promise<LockInHand>; leaving: AbortController }>();
  /** Those who have it, as they themselves see it. */
  readonly #inside = new Set<number>();
  #newest = 0n;
  readonly #refused = new Map<object, bigint>();

  constructor(fixture: LockFixture, id: string) {
    this.#fixture = fixture;
    this.#id = id;
  }

  async wait(who: number): Promise<void> {
    if (this.#asked.has(who)) return;
    const leaving = new AbortController();
    const options = { ttlMs: LONG_MS, waitMs: LONG_MS, signal: leaving.signal };
    const hand = this.#hold(who, options);
    hand.catch(() => undefined);
    this.#asked.set(who, { hand, leaving });
    if (this.holder === undefined) await this.#handTo(who);
    else this.queue.push(who);
    await this.#fixture.waiters(this.#id, this.queue.length);
  }

  async try(who: number): Promise<void> {
    if (this.#asked.has(who)) return;
    const hand = this.#hold(who, { ttlMs: LONG_MS });
    if (this.holder === undefined) {
      this.#asked.set(who, { hand, leaving: new AbortController() });
      await this.#handTo(who);
    } else {
      await expect(hand).rejects.toMatchObject({ code: 'lock.not_acquired' });
    }
  }

  async leave(who: number): Promise<void> {
    const asked = this.#asked.get(who);
    if (asked === undefined) return;
    this.#asked.delete(who);
    if (this.holder === who) {
      const { letGo } = await asked.hand;
      this.#inside.delete(who);
      await letGo();
      await this.#handTo(this.queue.shift());
    } else {
      this.queue = this.queue.filter((one) => one !== who);
      asked.leaving.abort(new Error('gone home'));
      await expect(asked.hand).rejects.toThrow('gone home');
    }
    await this.#fixture.waiters(this.#id, this.queue.length);
  }

  /** The one who has the lock is told of a token that is far ahead; the next one in its process has a newer one. */
  async refuse(who: number): Promise<void> {
    if (this.holder !== who) return;
    const { lease } = (await this.#asked.get(who)?.hand) as LockInHand;
    const seen = this.#newest + 1_000_000_000n;
    lease.refuse(seen);
    expect(() => lease.throwIfLost()).toThrow(expect.objectContaining({ code: 'lock.fenced' }));
    this.#refused.set(this.#locksOf(who), seen);
  }

  /** Nobody is inside who should not be, and all who should are. */
  check(): void {
    expect([...this.#inside]).toEqual(this.holder === undefined ? [] : [this.holder]);
  }

  async disperse(): Promise<void> {
    for (const who of [...this.queue, ...this.#asked.keys()]) await this.leave(who);
  }

  #locksOf(who: number): LockFixture['here'] {
    return who % 2 === 0 ? this.#fixture.here : this.#fixture.there;
  }

  async #hold(who: number, options: Parameters<typeof holdLock>[2]): Promise<LockInHand> {
    const hand = await holdLock(this.#locksOf(who), this.#id, options);
    this.#inside.add(who);
    return hand;
  }

  async #handTo(who: number | undefined): Promise<void> {
    this.holder = who;
    if (who === undefined) return;
    const { lease } = (await this.#asked.get(who)?.hand) as LockInHand;
    expect(lease.fencingToken).toBeGreaterThan(this.#newest);
    this.#newest = lease.fencingToken;
    const locks = this.#locksOf(who);
    expect(lease.fencingToken).toBeGreaterThan(this.#refused.get(locks) ?? 0n);
    lease.throwIfLost();
  }
}

/** What every lock driver promises to whoever asks in whatever order. */
export function describeLockProperties(driver: string, setup: () => Promise<LockFixture>): void {
  describe(`a ${driver} lock, whoever asks, tries, leaves and is refused`, () => {
    let fixture: LockFixture;
    beforeEach(async () => {
      fixture = await setup();
    });
    afterEach(() => fixture.close());

    it('has one holder, who is the first that waited, and tokens that only grow', async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
          const crowd = new Crowd(fixture, `run-${(runs += 1)}`);
          for (const [what, who] of steps) {
            await crowd[what](who);
            crowd.check();
          }
          await crowd.disperse();
          crowd.check();
        }),
        { numRuns: 40 },
      );
    }, 120_000);
  });
}
