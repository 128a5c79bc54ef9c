import { newId } from '../../kernel/ids.js';
import { DAY_MS } from '../../kernel/duration.js';
import type { RateLimitCheck, RateLimitDecision } from '../../kernel/rate-limiter.js';
import { within } from '../cache/store/store-gate.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import { decisionOf, encodeChecks, encodeRules, RuleTable } from './check-wire.js';
import type { KeyedCheck, OwedUnits } from './keyed-check.js';

/** All keys of the limiter are in one slot of a Cluster: a call may have any of them, and takes from all or none. */
const SLOT = '{rl}';
/** Renewed with every beat; without anybody who counts, there is nothing left that its loss could lose. */
const NAME_TTL_MS = 7 * DAY_MS;
/** Whoever has not been heard of for so long has gone. */
export const FRESH_MS = 5_000;
/** Limits of one command: while the server is at one, the next is being written. With more, both sides would take turns. */
const MAX_LIMITS = 32;
/** Commands under way: more would wait for each other's answers, and be taken for lost meanwhile. */
const MAX_COMMANDS = 8;

/** The counts of all processes, as they are found. */
export interface Joined {
  /** Drawn at random by whoever first counts in an empty Redis: another name, and what was counted is lost. */
  readonly name: string;
  /** Live processes that take calls. */
  readonly instances: number;
}

interface Waiting {
  readonly checks: readonly KeyedCheck[];
  readonly resolve: (decisions: readonly RateLimitDecision[] | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export interface SharedCountsOptions {
  /** What a call to Redis may take. */
  readonly callTimeoutMs: number;
  /** false: this process takes no calls, as a worker, and has no share of the limits. Default true. */
  readonly takesCalls?: boolean;
  /** For tests, in place of the server's own clock: µs since 1970. */
  readonly nowUs?: () => number;
}

/**
 * The counts in Redis, by the clock of the server. What is asked in one turn of the event loop goes in one command:
 * 64 checks at a time cost one evaluation, one answer to parse and one write to the socket instead of 64.
 */
export class SharedCounts {
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #options: SharedCountsOptions;
  readonly #check = new LuaScript('rate-limit-check');
  readonly #merge = new LuaScript('rate-limit-merge');
  readonly #beat = new LuaScript('rate-limit-beat');
  readonly #instance = newId();
  readonly #nameKey: string;
  readonly #instancesKey: string;
  readonly #stem: string;
  #name = '';
  #waiting: Waiting[] = [];
  #isDue = false;
  #commands = 0;

  constructor(connections: RedisConnections, keys: KeyBuilder, options: SharedCountsOptions) {
    this.#connections = connections;
    this.#keys = keys;
    this.#options = options;
    // `~` begins no name of a policy.
    this.#nameKey = keys.key('rl', SLOT, '~name');
    this.#instancesKey = keys.key('rl', SLOT, '~instances');
    this.#stem = this.#keys.key('rl', SLOT, '');
  }

  /** With the keys that the units are counted under. */
  keyed(checks: readonly RateLimitCheck[]): KeyedCheck[] {
    return checks.map(({ policy, subject, cost = 1 }) => ({
      policy,
      subject,
      cost,
      key: `${this.#stem}${policy.name}:${subject}`,
    }));
  }

  /**
   * @returns undefined: the counts are not those that were joined, and nothing was taken
   * @throws what Redis answers, or that it does not within the bound; the units may be taken then
   */
  check(
    name: string,
    checks: readonly KeyedCheck[],
  ): Promise<readonly RateLimitDecision[] | undefined> {
    this.#name = name;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ checks, resolve, reject });
      if (this.#isDue) return;
      this.#isDue = true;
      // After all that becomes ready in this turn, before anything is waited for.
      process.nextTick(this.#onDue);
    });
  }

  /** A sign of life, and a look at what is there. */
  async join(): Promise<Joined> {
    const keys = [this.#nameKey, this.#instancesKey];
    const instance = this.#options.takesCalls === false ? '' : this.#instance;
    const args = [newId(), NAME_TTL_MS, instance, FRESH_MS];
    const answer = await this.#bounded(this.#beat.run(this.#connections.command, keys, args));
    const [name, instances] = answer as [string, number];
    return { name, instances: Math.max(1, instances) };
  }

  /** This process counts no more. */
  async leave(): Promise<void> {
    await this.#bounded(this.#connections.command.zrem(this.#instancesKey, this.#instance));
  }

  /** Adds what was taken elsewhere, whether it has room or not. @returns false: the counts have another name by now */
  async merge(name: string, owed: readonly OwedUnits[]): Promise<boolean> {
    const table = new RuleTable();
    const units = owed.map(({ policy, taken }) => {
      const list = taken.map(({ ageUs, units }) => `${ageUs} ${units}`);
      return `${table.placeOf(policy)} ${taken.length} ${list.join(' ')}`;
    });
    const keys = [this.#nameKey, ...owed.map(({ key }) => key)];
    const args = [name, this.#nowUs(), encodeRules(table), units.join(';')];
    const answer = await this.#bounded(this.#merge.run(this.#connections.command, keys, args));
    return answer === 1;
  }

  readonly #onDue = (): void => {
    this.#isDue = false;
    this.#send();
  };

  #send(): void {
    const waiting = this.#waiting;
    let from = 0;
    while (from < waiting.length && this.#commands < MAX_COMMANDS) {
      let to = from;
      let limits = 0;
      do {
        limits += waiting[to]?.checks.length ?? 0;
        to += 1;
      } while (to < waiting.length && limits + (waiting[to]?.checks.length ?? 0) <= MAX_LIMITS);
      void this.#ask(waiting.slice(from, to));
      from = to;
    }
    if (from > 0) this.#waiting = waiting.slice(from);
  }

  async #ask(asked: readonly Waiting[]): Promise<void> {
    this.#commands += 1;
    try {
      const keys = [this.#nameKey];
      for (const { checks } of asked) for (const { key } of checks) keys.push(key);
      const { rules, calls } = encodeChecks(asked.map(({ checks }) => checks));
      const args = [this.#name, this.#nowUs(), rules, calls];
      const answer = await this.#bounded(this.#check.run(this.#connections.command, keys, args));
      this.#answer(asked, answer as readonly number[] | string);
    } catch (error) {
      // Whoever waits behind them would wait as long for the same.
      for (const { reject } of [...asked, ...this.#waiting.splice(0)]) reject(error);
    } finally {
      this.#commands -= 1;
      if (this.#waiting.length > 0 && !this.#isDue) this.#send();
    }
  }

  #answer(asked: readonly Waiting[], answer: readonly number[] | string): void {
    let at = 0;
    for (const { checks, resolve } of asked) {
      if (typeof answer === 'string') {
        resolve(undefined);
        continue;
      }
      const from = at;
      at += 3 * checks.length;
      resolve(checks.map(({ policy }, i) => decisionOf(policy, answer, from + 3 * i)));
    }
  }

  #nowUs(): number | string {
    return this.#options.nowUs?.() ?? '';
  }

  #bounded<T>(answer: Promise<T>): Promise<T> {
    return within(this.#options.callTimeoutMs, answer);
  }
}
