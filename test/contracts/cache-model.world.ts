import type { Cache, LoadContext } from '../../src/redis/cache/cache.js';
import type { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { heardOf } from './cache-fleet.setup.js';
import {
  BRIEF,
  KEYS,
  valueOf,
  versionOf,
  type Key,
  type ModelDefinition,
  type Value,
} from './cache-model.values.js';

export interface Member {
  readonly caches: HybridCaches;
  /** Ends its connections as the end of its process would. */
  crash(): Promise<void>;
}

export type HowToLoad = 'now' | 'held' | 'fails' | 'nothing';

interface Process extends Member {
  readonly cache: Cache<string, Value>;
  /** By key: no read that begins now may find an older version. */
  readonly floor: number[];
  /** By key: whether a read that begins now must find something. */
  readonly must: boolean[];
  isGone: boolean;
}

/** A fleet with its source, and what may be expected of every read. */
export class World {
  readonly #processes: Process[];
  readonly #version = KEYS.map(() => 0);
  /** Versions that all processes have heard of. */
  readonly #known = KEYS.map(() => 0);
  readonly #settled = KEYS.map(() => 0);
  readonly #held: { release(fails: boolean): void }[] = [];
  readonly #reads = new Set<Promise<void>>();
  readonly #open: (at: number) => Promise<Member>;
  #change: Promise<void> = Promise.resolve();
  #changing: readonly Key[] = [];
  #syncs = 0;

  /**
   * @param run tells its keys from those of other runs over the same members
   * @param open makes another process in the place of one that crashed
   */
  constructor(
    private readonly run: string,
    private readonly definition: ModelDefinition,
    private readonly members: Member[],
    open: (at: number) => Promise<Member>,
  ) {
    this.#open = open;
    this.#processes = members.map((member) => this.#enter(member));
  }

  name(key: Key): string {
    return `${this.run}:k${key}`;
  }

  tag(odd: number): string {
    return `${this.run}:t${odd}`;
  }

  /** The source has something new for these keys, and the cache is told by `tell`; not awaited. */
  async change(
    at: number,
    keys: readonly Key[],
    tell: (process: Process, values: readonly (readonly [string, Value])[]) => Promise<unknown>,
    leaves: 'something' | 'nothing',
  ): Promise<void> {
    await this.#change;
    const process = this.#at(at);
    for (const key of keys) {
      this.#version[key] = (this.#version[key] ?? 0) + 1;
      for (const one of this.#processes) one.must[key] = false;
    }
    this.#changing = keys;
    const versions = [...this.#version];
    const values = keys.map(
      (key) => [this.name(key), valueOf(key, versions[key] as number)] as const,
    );
    this.#change = tell(process, values).then(() => {
      this.#changing = [];
      for (const key of keys) {
        this.#settled[key] = versions[key] as number;
        process.floor[key] = versions[key] as number;
        // Elsewhere it may be written under a version of its tag that is invalid, unheard of yet: a miss.
        process.must[key] = leaves === 'something' && key !== BRIEF && this.members.length === 1;
      }
    });
  }

  changed(): Promise<void> {
    return this.#change;
  }

  /** Begins to read, and looks at the answer when it is there. */
  read(
    at: number,
    keys: readonly Key[],
    kind: 'get' | 'getMany' | 'getOrSet' | 'getOrSetOptional' | 'getOrSetMany',
    how: HowToLoad,
  ): Promise<void> {
    const process = this.#at(at);
    const { cache } = process;
    const names = keys.map((key) => this.name(key));
    const [key] = keys as [Key];
    const one = ({ signal }: LoadContext): Promise<Value | undefined> =>
      this.#load([key], how, signal).then(([value]) => value);
    const answers = {
      get: () => cache.get(this.name(key)).then((value) => [value]),
      getMany: () => cache.getMany(names),
      getOrSet: () =>
        cache
          .getOrSet(this.name(key), one as (context: LoadContext) => Promise<Value>)
          .then((value) => [value]),
      getOrSetOptional: () => cache.getOrSetOptional(this.name(key), one).then((value) => [value]),
      getOrSetMany: () =>
        cache.getOrSetMany(names, (missing, { signal }) =>
          this.#load(
            missing.map((name) => keys[names.indexOf(name)] as Key),
            how,
            signal,
          ),
        ),
    };
    const isOne = kind === 'get' || kind === 'getOrSet' || kind === 'getOrSetOptional';
    const asked = isOne ? [key] : keys;
    const expected = asked.map((one) => ({
      key: one,
      floor: process.floor[one] as number,
      must: process.must[one] as boolean,
    }));
    const read = answers[kind]().then(
      (values) => {
        this.#check(`${kind} at ${at}`, process, expected, values);
      },
      (error: unknown) => {
        if (error instanceof SourceDownError || process.isGone) return;
        throw error;
      },
    );
    this.#reads.add(read);
    // Its failure is told by whoever waits for all.
    read.catch(() => undefined);
    return read;
  }

  release(which: number, fails: boolean): void {
    if (this.#held.length === 0) return;
    const [one] = this.#held.splice(which % this.#held.length, 1);
    one?.release(fails);
  }

  /** Until all processes have heard of all that was changed. */
  async sync(): Promise<void> {
    await this.#change;
    const settled = [...this.#settled];
    if (this.#processes.length > 1) await this.#hearOfAll();
    KEYS.forEach((key) => (this.#known[key] = settled[key] as number));
    for (const process of this.#processes) this.#raise(process, settled);
  }

  /** The process ends at once, whatever it does, and another one begins. */
  async crash(at: number): Promise<void> {
    await this.#change;
    const place = at % this.#processes.length;
    const gone = this.#processes[place] as Process;
    gone.isGone = true;
    await gone.crash();
    const member = await this.#open(place);
    this.members[place] = member;
    const process = this.#enter(member);
    this.#raise(process, this.#known);
    this.#processes[place] = process;
  }

  /** All loads come to their end, and all reads; then each process has the last version, or finds it. */
  async finish(): Promise<void> {
    await this.#change;
    // A load that was released may make room for another one that is held.
    await eventually(
      async () => {
        while (this.#held.length > 0) this.release(0, false);
        let isDone = false;
        const all = Promise.all(this.#reads).then(() => (isDone = true));
        await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 20))]);
        if (!isDone) throw new Error('reads without an answer');
      },
      { timeoutMs: 10_000 },
    );
    await this.sync();
    for (const [at] of this.#processes.entries()) {
      await this.read(at, KEYS, 'getMany', 'now');
      for (const key of KEYS) await this.read(at, [key], 'getOrSet', 'now');
    }
  }

  #enter(member: Member): Process {
    const cache = member.caches.use(this.definition);
    return {
      ...member,
      cache,
      floor: KEYS.map(() => 0),
      must: KEYS.map(() => false),
      isGone: false,
    };
  }

  #at(at: number): Process {
    return this.#processes[at % this.#processes.length] as Process;
  }

  #raise({ floor }: Process, versions: readonly number[]): void {
    for (const key of KEYS) {
      floor[key] = Math.max(floor[key] as number, versions[key] as number);
    }
  }

  /** Reads the source at this moment; the answer may be held back. */
  #load(
    keys: readonly Key[],
    how: HowToLoad,
    signal: AbortSignal,
  ): Promise<readonly (Value | undefined)[]> {
    if (how === 'fails') return Promise.reject(new SourceDownError());
    const values = keys.map((key) => {
      if (how !== 'nothing') return valueOf(key, this.#version[key] as number);
      for (const one of this.#processes) one.must[key] = false;
      return undefined;
    });
    if (how !== 'held') return Promise.resolve(values);
    const answer = new Deferred<readonly (Value | undefined)[]>();
    const held = {
      release: (fails: boolean) => {
        if (fails) answer.reject(new SourceDownError());
        else answer.resolve(values);
      },
    };
    signal.addEventListener('abort', () => held.release(true), { once: true });
    this.#held.push(held);
    return answer.promise;
  }

  #check(
    what: string,
    process: Process,
    expected: readonly { key: Key; floor: number; must: boolean }[],
    values: readonly (Value | undefined)[],
  ): void {
    if (process.isGone) return;
    expect(values).toHaveLength(expected.length);
    for (const [i, { key, floor, must }] of expected.entries()) {
      const value = values[i];
      const newest = this.#version[key] as number;
      if (value === undefined) {
        if (must) throw new Error(`${what}: key ${key} was lost (version ${floor})`);
        continue;
      }
      const version = versionOf(key, value, floor, newest);
      if (version === undefined) {
        const wanted = `of key ${key}, version ${floor}–${newest}`;
        throw new Error(`${what}: ${JSON.stringify(value)} is no value ${wanted}`);
      }
      // A value that is being set may be seen here before it is there for all.
      if (this.#changing.includes(key)) continue;
      process.floor[key] = Math.max(process.floor[key] as number, version);
    }
  }

  /** Invalidations of a length that no other has, each heard behind all before it: a second one for who told the first. */
  async #hearOfAll(): Promise<void> {
    const caches = this.#processes.map((process) => process.caches);
    await eventually(() => {
      for (const one of caches) expect(one.link().owedInvalidations).toBe(0);
    });
    for (const teller of caches.slice(0, 2)) {
      this.#syncs += 1;
      const keys = 10 + (this.#syncs % 400);
      const heard = caches.filter((one) => one !== teller).map((other) => heardOf(other, keys));
      await teller.invalidateTags(Array.from({ length: keys }, () => `${this.run}:sync`));
      await Promise.all(heard);
    }
  }
}

export class SourceDownError extends Error {
  constructor() {
    super('source is down');
  }
}
