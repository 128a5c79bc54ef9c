import fc from 'fast-check';
import type { Cache } from '../../src/redis/cache/cache.js';
import { KEYS, type Key, type Value } from './cache-model.values.js';
import type { HowToLoad, World } from './cache-model.world.js';

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

type Values = readonly (readonly [string, Value])[];
const namesOf = (values: Values): string[] => values.map(([name]) => name);

const writes: Record<
  string,
  {
    leaves: 'something' | 'nothing';
    tell(cache: Cache<string, Value>, values: Values): Promise<void>;
  }
> = {
  setMany: { leaves: 'something', tell: (cache, values) => cache.setMany(values) },
  deleteMany: { leaves: 'nothing', tell: (cache, values) => cache.deleteMany(namesOf(values)) },
  refresh: {
    leaves: 'something',
    tell: (cache, values) =>
      cache.refresh(namesOf(values), () => Promise.resolve(values.map(([, value]) => value))),
  },
};
const writesOfOne: typeof writes = {
  set: {
    leaves: 'something',
    tell: (cache, [[name, value] = ['', null]]) => cache.set(name, value),
  },
  delete: { leaves: 'nothing', tell: (cache, [[name] = ['']]) => cache.delete(name) },
};

const change = (what: typeof writes, of: fc.Arbitrary<readonly Key[]>): fc.Arbitrary<Step> =>
  fc
    .tuple(fc.constantFrom(...Object.keys(what)), at, of, waits)
    .map(([kind, place, some, wait]) => {
      const { leaves, tell } = what[kind] as (typeof writes)[string];
      return new Command(
        `${kind}(${some.join()}) at ${place}${wait ? '' : ', not awaited'}`,
        async (world) => {
          await world.change(place, some, ({ cache }, values) => tell(cache, values), leaves);
          if (wait) await world.changed();
        },
      );
    });

const invalidations: Record<string, (world: World, place: number) => Promise<void>> = {
  'tag 0': (world, place) => invalidateTag(world, place, 0),
  'tag 1': (world, place) => invalidateTag(world, place, 1),
  namespace: (world, place) =>
    world.change(place, KEYS, ({ caches }) => caches.invalidateNamespace('general'), 'nothing'),
  all: (world, place) =>
    world.change(place, KEYS, ({ caches }) => caches.invalidateAll(), 'nothing'),
  pattern: (world, place) =>
    world.change(
      place,
      [1],
      ({ caches }) => caches.invalidatePattern('general', world.name(1).replace(':k', '*')),
      'nothing',
    ),
};

function invalidateTag(world: World, place: number, odd: 0 | 1): Promise<void> {
  const some = KEYS.filter((one) => one % 2 === odd);
  return world.change(
    place,
    some,
    ({ caches }) => caches.invalidateTags([world.tag(odd)]),
    'nothing',
  );
}

const invalidation: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...Object.keys(invalidations)), at, waits)
  .map(
    ([what, place, wait]) =>
      new Command(`invalidate ${what} at ${place}${wait ? '' : ', not awaited'}`, async (world) => {
        await invalidations[what]?.(world, place);
        if (wait) await world.changed();
      }),
  );

const how = fc.constantFrom<HowToLoad>('now', 'now', 'held', 'held', 'fails', 'nothing');
const reads = ['get', 'getMany', 'getOrSet', 'getOrSetOptional', 'getOrSetMany'] as const;
const read: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...reads), at, keys, how, waits)
  .map(([kind, place, some, load, wait]) => {
    // A source that always has something cannot say that it has nothing.
    const loads = kind === 'getOrSet' && load === 'nothing' ? 'now' : load;
    return new Command(
      `${kind}(${some.join()}) at ${place}, load ${loads}${wait ? ', awaited' : ''}`,
      async (world) => {
        const answer = world.read(place, some, kind, loads);
        // Not for ever: its load may be held.
        if (wait) await Promise.race([answer, pause(10)]);
      },
    );
  });

const release: fc.Arbitrary<Step> = fc.tuple(fc.nat(9), fc.boolean()).map(
  ([which, fails]) =>
    new Command(`release ${which}${fails ? ', failing' : ''}`, async (world) => {
      world.release(which, fails);
      await pause(0);
    }),
);
const sync = fc.constant(new Command('sync', (world) => world.sync()));
const pass = fc
  .integer({ min: 1, max: 40 })
  .map((ms) => new Command(`${ms} ms pass`, () => pause(ms)));
const crash = at.map((place) => new Command(`crash at ${place}`, (world) => world.crash(place)));

export function commands(
  abilities: { readonly crash: boolean },
  options: fc.CommandsContraints,
): fc.Arbitrary<Iterable<Step>> {
  return fc.commands<object, World, true>(
    [
      ...[read, read, read, release, release],
      change(writes, keys),
      change(
        writesOfOne,
        key.map((one) => [one]),
      ),
      ...[invalidation, sync, pass],
      ...(abilities.crash ? [crash] : []),
    ],
    options,
  );
}
