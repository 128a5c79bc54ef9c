import type { Cache, LoadContext } from '../../src/redis/cache/cache.js';
import { eventually } from '../support/eventually.js';
import { hasHeardOf } from './cache-fleet.setup.js';
import { Process, type Member } from './cache-model.process.js';
import { Source, SourceDownError, type HowToLoad } from './cache-model.source.js';
import {
  BRIEF,
  KEYS,
  valueOf,
  versionOf,
  type Key,
  type ModelDefinition,
  type Value,
} from './cache-model.values.js';

export type Reading = 'get' | 'getMany' | 'getOrSet' | 'getOrSetOptional' | 'getOrSetMany';

export interface Change {
  readonly at: number;
  readonly keys: readonly Key[];
  readonly leaves: 'something' | 'nothing';
  /** Its value is there before it begins: what changes meanwhile could not be told from it. */
  readonly isSet: boolean;
  /** What is being loaded of these is not kept. */
  readonly outdates?: readonly Key[];
  /** Tells the cache. */
  tell(process: Process): Promise<unknown>;
}

/** A fleet with its source, and what may be expected of every read. */
export class World {
  readonly source = new Source();
  readonly #processes: Process[];
  /** By key: what is known to all who ask the store. */
  readonly #settled = KEYS.map(() => 0);
  readonly #pending = KEYS.map(() => 0);
  readonly #begun = KEYS.map(() => 0);
  readonly #reads = new Set<Promise<void>>();
  readonly #changes = new Set<Promise<void>>();
  #sets: Promise<unknown> = Promise.resolve();
  /** Since the last sync, no link was broken. */
  isWhole = true;
  /** Since the last sync, nothing was changed. */
  #isQuiet = true;
  #syncs = 0;

  /**
   * @param run tells its keys from those of other runs over the same members
   * @param open makes another process in the place of one that crashed
   */
  constructor(
    private readonly run: string,
    private readonly definition: ModelDefinition,
    private readonly members: Member[],
    private readonly open: (at: number) => Promise<Member>,
  ) {
    this.#processes = members.map((member) => new Process(member, definition));
  }

  name(key: Key): string {
    return `${this.run}:k${key}`;
  }

  tag(odd: number): string {
    return `${this.run}:t${odd}`;
  }

  /** Whether the cache remembers that there is nothing. */
  get remembersNothing(): boolean {
    return this.definition.negativeTtlMs !== undefined;
  }

  /** The source has something new for these keys, and the cache is told. @returns its end, in an object: it is not awaited */
  async change({
    at,
    keys,
    leaves,
    isSet,
    outdates = keys,
    tell,
  }: Change): Promise<{ end: Promise<void> }> {
    await this.#sets;
    const process = this.#at(at);
    const isAlone = this.members.length === 1;
    const isCertain = (isAlone || this.#isQuiet) && keys.every((key) => this.#pending[key] === 0);
    this.#isQuiet = false;
    const versions = this.source.renew(keys);
    for (const key of keys) {
      this.#pending[key] = (this.#pending[key] as number) + 1;
      for (const one of this.#processes) one.must[key] = false;
    }
    for (const key of outdates) this.#begun[key] = (this.#begun[key] as number) + 1;
    const begun = [...this.#begun];
    const end = tell(process)
      .then(
        () => {
          if (process.isGone) return;
          for (const key of keys) {
            const version = versions[key] as number;
            process.raise(key, version);
            if (process.owes) process.owe(key, version);
            else this.#settle(key, version);
            const isLast = begun[key] === this.#begun[key] && this.#pending[key] === 1;
            process.must[key] =
              isCertain &&
              isLast &&
              this.isWhole &&
              leaves === 'something' &&
              key !== BRIEF &&
              valueOf(key, version) !== undefined;
          }
        },
        (error: unknown) => {
          if (!(error instanceof SourceDownError) && !process.isGone) throw error;
        },
      )
      .finally(() => {
        for (const key of keys) this.#pending[key] = (this.#pending[key] as number) - 1;
        this.#changes.delete(end);
      });
    this.#changes.add(end);
    // Its failure is told by whoever waits for all.
    end.catch(() => undefined);
    if (isSet) this.#sets = end;
    return { end };
  }

  /** Begins to read, and looks at the answer when it is there. @param patienceMs then the reader gives up */
  read(
    at: number,
    keys: readonly Key[],
    kind: Reading,
    how: HowToLoad,
    patienceMs?: number,
  ): Promise<void> {
    const process = this.#at(at);
    const isOfOne = kind === 'get' || kind === 'getOrSet' || kind === 'getOrSetOptional';
    const asked = isOfOne ? keys.slice(0, 1) : keys;
    const expected = asked.map((key) => ({
      key,
      floor: process.floor[key] as number,
      must: process.must[key] as boolean,
    }));
    const gaveUp = new Error('no time');
    const options = patienceMs === undefined ? undefined : { signal: leaving(patienceMs, gaveUp) };
    const answer = this.#ask(process.cache, asked, kind, how, options);
    const read = answer.then(
      (values) => this.#check(`${kind} at ${at}`, process, kind, expected, values),
      (error: unknown) => {
        if (error instanceof SourceDownError || error === gaveUp || process.isGone) return;
        throw error;
      },
    );
    this.#reads.add(read);
    // As above.
    read.catch(() => undefined);
    return read;
  }

  /** Until all processes have heard of all that was changed. */
  async sync(): Promise<void> {
    await this.mend();
    await Promise.all(this.#changes);
    if (this.#processes.length > 1) await this.#hearOfAll();
    for (const process of this.#processes) {
      for (const key of KEYS) process.raise(key, this.#settled[key] as number);
    }
    this.#isQuiet = true;
    this.isWhole = true;
  }

  async cut(at: number, silently: boolean): Promise<void> {
    const process = this.#at(at);
    if (process.isCut) return;
    process.isCut = true;
    this.isWhole = false;
    for (const { must } of this.#processes) must.fill(false);
    await process.member.cut(silently);
  }

  async mend(): Promise<void> {
    for (const process of this.#processes) {
      if (process.isCut) await process.member.mend();
      process.isCut = false;
    }
  }

  /** The process ends at once, whatever it does, and another one begins. What it owes is known to nobody. */
  async crash(at: number): Promise<void> {
    const place = at % this.#processes.length;
    const gone = this.#processes[place] as Process;
    gone.isGone = true;
    await gone.member.crash();
    const settled = [...this.#settled];
    const member = await this.open(place);
    this.members[place] = member;
    const process = new Process(member, this.definition);
    for (const key of KEYS) process.raise(key, settled[key] as number);
    this.#processes[place] = process;
  }

  /** All loads come to their end, and all reads; then each process has the last version, or finds it. */
  async finish(): Promise<void> {
    // A load that was released may make room for another one that is held.
    await eventually(
      async () => {
        while (this.source.holds) this.source.release(0, false);
        let isDone = false;
        const all = Promise.all([...this.#reads, ...this.#changes]).then(() => (isDone = true));
        await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 20))]);
        if (!isDone) throw new Error('reads without an answer');
      },
      { timeoutMs: 20_000 },
    );
    await this.sync();
    for (const [at, process] of this.#processes.entries()) {
      await this.read(at, KEYS, 'getMany', 'now');
      for (const key of KEYS) {
        await this.read(at, [key], 'getOrSetOptional', 'now');
        // What nobody changes any more is kept. The last version may be known to nobody, where its refresh failed.
        const hasSeen = process.floor[key] === this.source.newest(key);
        process.must[key] = hasSeen && key !== BRIEF && this.source.value(key) !== undefined;
        await eventually(() => this.read(at, [key], 'get', 'fails'), { intervalMs: 2 });
      }
    }
  }

  #ask(
    cache: Cache<string, Value>,
    keys: readonly Key[],
    kind: Reading,
    how: HowToLoad,
    options: { readonly signal: AbortSignal } | undefined,
  ): Promise<(Value | undefined)[]> {
    const names = keys.map((key) => this.name(key));
    const [name] = names as [string];
    const one = ({ signal }: LoadContext): Promise<Value | undefined> =>
      this.source.read(keys, how, signal).then(([value]) => value);
    // For this one, a source that has nothing is one that fails.
    const something = async (context: LoadContext): Promise<Value> => {
      const value = await one(context);
      if (value === undefined) throw new SourceDownError();
      return value;
    };
    switch (kind) {
      case 'get':
        return cache.get(name).then((value) => [value]);
      case 'getMany':
        return cache.getMany(names);
      case 'getOrSet':
        return cache.getOrSet(name, something, options).then((value) => [value]);
      case 'getOrSetOptional':
        return cache.getOrSetOptional(name, one, options).then((value) => [value]);
      case 'getOrSetMany':
        return cache.getOrSetMany(
          names,
          (missing, { signal }) => {
            const wanted = missing.map((missed) => keys[names.indexOf(missed)] as Key);
            return this.source.read(wanted, how, signal);
          },
          options,
        );
    }
  }

  #check(
    what: string,
    process: Process,
    kind: Reading,
    expected: readonly { key: Key; floor: number; must: boolean }[],
    values: readonly (Value | undefined)[],
  ): void {
    if (process.isGone) return;
    expect(values).toHaveLength(expected.length);
    for (const [i, { key, floor, must }] of expected.entries()) {
      const value = values[i];
      if (value === undefined && (kind === 'get' || kind === 'getMany')) {
        if (must) throw new Error(`${what}: key ${key} was lost (version ${floor})`);
        continue;
      }
      const newest = this.source.newest(key);
      const version = versionOf(key, value, floor, newest);
      const isNone = value === undefined && kind === 'getOrSet';
      if (version === undefined || isNone) {
        const wanted = `of key ${key}, version ${floor}–${newest}`;
        throw new Error(`${what}: ${JSON.stringify(value)} is no value ${wanted}`);
      }
      // A value that is being set may be seen here before it is there for all; and who is cut off is for himself.
      if (this.#pending[key] === 0 && this.isWhole) process.raise(key, version);
    }
  }

  #at(at: number): Process {
    return this.#processes[at % this.#processes.length] as Process;
  }

  #settle(key: Key, version: number): void {
    this.#settled[key] = Math.max(this.#settled[key] as number, version);
  }

  /** Invalidations of a length that no other has, each heard behind all before it: a second one for who told the first. */
  async #hearOfAll(): Promise<void> {
    const patient = { timeoutMs: 10_000, intervalMs: 2 };
    await eventually(() => {
      for (const { caches } of this.#processes) {
        expect(caches.link()).toMatchObject({ owedInvalidations: 0, state: 'coherent' });
      }
    }, patient);
    for (const process of this.#processes) {
      for (const [key, version] of process.settle()) this.#settle(key, version);
    }
    for (const teller of this.#processes.slice(0, 2)) {
      const others = this.#processes.filter((process) => process !== teller);
      // A message may be lost with a connection that has not noticed yet.
      await eventually(async () => {
        this.#syncs += 1;
        const keys = 10 + (this.#syncs % 400);
        const heard = others.map(({ caches }) => hasHeardOf(caches, keys, 1_000));
        await teller.caches.invalidateTags(Array.from({ length: keys }, () => `${this.run}:sync`));
        await Promise.all(heard);
      }, patient);
    }
  }
}

function leaving(patienceMs: number, reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), patienceMs);
  return controller.signal;
}
