import fc from 'fast-check';
import type { HybridCaches } from '../../src/redis/cache/hybrid.caches.js';
import type { Process } from './cache-model.process.js';
import { SourceDownError, type HowToLoad } from './cache-model.source.js';
import { KEYS, type Key, type Value } from './cache-model.values.js';
import type { Change, Reading, World } from './cache-model.world.js';

/** The world is the model as well: it knows what may be read. */
type Step = fc.AsyncCommand<object, World, true>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Command implements Step {
  constructor(
    private readonly text: string,
    private readonly act: (world: World) => Promise<unknown> | void,
  ) {}

  check(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async run(_: object, world: World): Promise<void> {
    await this.act(world);
  }

  toString(): string {
    return this.text;
  }
}

const at = fc.nat(2);
const key = fc.constantFrom<Key>(...KEYS);
const keys = fc.subarray<Key>([...KEYS], { minLength: 1 });
/** Whether the next command waits for the end of this one; else it falls into it. */
const waits = fc.boolean();

const isThere = (pair: readonly [string, Value | undefined]): pair is readonly [string, Value] =>
  pair[1] !== undefined;

/** Sets what has a value, and deletes what has none. */
async function set({ cache }: Process, world: World, some: readonly Key[]): Promise<unknown> {
  const values = some.map((one) => [world.name(one), world.source.value(one)] as const);
  const gone = values.filter((pair) => !isThere(pair)).map(([name]) => name);
  return Promise.all([cache.setMany(values.filter(isThere)), cache.deleteMany(gone)]);
}

/** As owners do it: the source is asked while others may change things. */
const refresh =
  (how: HowToLoad) =>
  async ({ cache }: Process, world: World, some: readonly Key[]): Promise<void> => {
    await cache.refresh(
      some.map((one) => world.name(one)),
      async () => {
        const answers = await world.source.read(some, how);
        // Where "nothing" is not remembered, it does not replace what is there either.
        if (!world.remembersNothing && answers.includes(undefined)) throw new SourceDownError();
        return answers;
      },
    );
  };

const drop = ({ cache }: Process, world: World, some: readonly Key[]): Promise<void> =>
  cache.deleteMany(some.map((one) => world.name(one)));

type Way = Pick<Change, 'leaves' | 'isSet'> & {
  tell(process: Process, world: World, some: readonly Key[]): Promise<unknown>;
};
const ways: Record<string, Way> = {
  set: { leaves: 'something', isSet: true, tell: set },
  delete: { leaves: 'nothing', isSet: false, tell: drop },
  refresh: { leaves: 'something', isSet: false, tell: refresh('now') },
  'refresh slowly': { leaves: 'something', isSet: false, tell: refresh('slowly') },
  'refresh, failing,': { leaves: 'something', isSet: false, tell: refresh('fails') },
};
const oneOrMore = fc.oneof(
  key.map((one) => [one]),
  keys,
);
const change: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...Object.keys(ways)), at, oneOrMore, waits)
  .map(([kind, place, some, wait]) => {
    const { leaves, isSet, tell } = ways[kind] as Way;
    return new Command(
      `${kind} ${some.join()} at ${place}${wait ? '' : ', not awaited'}`,
      (world) =>
        begin(world, wait, {
          ...{ at: place, keys: some, leaves, isSet },
          tell: (process) => tell(process, world, some),
        }),
    );
  });

const oddKeys = (odd: 0 | 1): Key[] => KEYS.filter((one) => one % 2 === odd);
const invalidations: Record<
  string,
  {
    keys: readonly Key[];
    outdates?: readonly Key[];
    tell(caches: HybridCaches, world: World): Promise<unknown>;
  }
> = {
  'tag 0': {
    keys: oddKeys(0),
    tell: (caches, world) => caches.invalidateTags([world.tag(0)]),
  },
  'tag 1': {
    keys: oddKeys(1),
    tell: (caches, world) => caches.invalidateTags([world.tag(1)]),
  },
  namespace: { keys: KEYS, tell: (caches) => caches.invalidateNamespace('general') },
  all: { keys: KEYS, tell: (caches) => caches.invalidateAll() },
  pattern: {
    keys: [1],
    outdates: KEYS,
    tell: (caches, world) =>
      caches
        .invalidatePattern('general', world.name(1).replace(':k', '*'))
        .catch(unlessBroken(world)),
  },
};

/** A pattern says so when it could not look at all keys: then nothing is known of it. */
const unlessBroken =
  (world: World) =>
  (error: unknown): never => {
    throw world.isWhole ? error : new SourceDownError();
  };

const invalidation: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...Object.keys(invalidations)), at, waits)
  .map(([what, place, wait]) => {
    const { tell, ...which } = invalidations[what] as (typeof invalidations)[string];
    return new Command(`invalidate ${what} at ${place}${wait ? '' : ', not awaited'}`, (world) =>
      begin(world, wait, {
        ...{ ...which, at: place, leaves: 'nothing', isSet: false },
        tell: ({ caches }) => tell(caches, world),
      }),
    );
  });

async function begin(world: World, wait: boolean, what: Change): Promise<void> {
  const { end } = await world.change(what);
  if (wait) await end;
}

const how = fc.constantFrom<HowToLoad>('now', 'now', 'slowly', 'held', 'fails');
const kinds: Reading[] = ['get', 'getMany', 'getOrSet', 'getOrSetOptional', 'getOrSetMany'];
/** Also twice in one batch. */
const batch = fc
  .tuple(keys, fc.option(key, { freq: 3 }))
  .map(([some, again]) => (again === null ? some : [...some, again]));
const patience = fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined, freq: 2 });
const read: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...kinds), at, batch, how, patience, waits)
  .map(
    ([kind, place, some, load, patienceMs, wait]) =>
      new Command(
        `${kind}(${some.join()}) at ${place}, load ${load}, for ${patienceMs ?? 'as long as it takes'}${wait ? ', awaited' : ''}`,
        async (world) => {
          const answer = world.read(place, some, kind, load, patienceMs);
          // Not for ever: its load may be held.
          if (wait) await Promise.race([answer, pause(10)]);
        },
      ),
  );

const release: fc.Arbitrary<Step> = fc.tuple(fc.nat(9), fc.boolean()).map(
  ([which, fails]) =>
    new Command(`release ${which}${fails ? ', failing' : ''}`, async (world) => {
      world.source.release(which, fails);
      await pause(0);
    }),
);
const sync = fc.constant(new Command('sync', (world) => world.sync()));
const pass = fc
  .integer({ min: 1, max: 40 })
  .map((ms) => new Command(`${ms} ms pass`, () => pause(ms)));
const crash = at.map((place) => new Command(`crash at ${place}`, (world) => world.crash(place)));
const cut = fc
  .tuple(at, fc.boolean())
  .map(
    ([place, silently]) =>
      new Command(`${silently ? 'freeze' : 'cut'} at ${place}`, (world) =>
        world.cut(place, silently),
      ),
  );
const mend = fc.constant(new Command('mend', (world) => world.mend()));

export interface Abilities {
  readonly crashes?: boolean;
  readonly breaks?: boolean;
}

export function commands(
  { crashes = false, breaks = false }: Abilities,
  options: fc.CommandsContraints,
): fc.Arbitrary<Iterable<Step>> {
  return fc.commands<object, World, true>(
    [
      ...[read, read, read, release, release],
      ...[change, change, invalidation, sync, pass],
      ...(crashes ? [crash] : []),
      ...(breaks ? [cut, mend] : []),
    ],
    options,
  );
}
