import '../support/quiet.js';
import { systemClock } from '../../src/kernel/clock.js';
import { createRedisDrivers } from '../../src/redis/redis.drivers.js';
import { byModel, bySymbol, byUser, type Caches } from '../../src/redis/index.js';
import {
  keyedCaches,
  parametersRead,
  SAMPLE_PARAMETERS,
  type DeclaredCache,
} from '../support/declared-caches.js';
import { eventually } from '../support/eventually.js';
import { openRedisInstance, unhurried } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';

const OTHERS: typeof SAMPLE_PARAMETERS = {
  ...SAMPLE_PARAMETERS,
  userId: 'u-2',
  symbol: 'MSFT',
  modelId: 'm-2',
};

async function openCaches(prefix: string): Promise<Caches> {
  const { config, connections, keys } = await openRedisInstance(prefix);
  const drivers = await createRedisDrivers(unhurried(config), connections, keys, systemClock);
  return drivers.caches;
}

describe('all that is cached, in whichever module,', () => {
  let here: Caches;
  let there: Caches;
  let declared: DeclaredCache[];
  beforeEach(async () => {
    const prefix = createTestRedisPrefix();
    [here, there] = await Promise.all([openCaches(prefix), openCaches(prefix)]);
    // Whatever the values are, and however short some live: it is about what they are dropped by.
    declared = (await keyedCaches()).map(
      ({ schema: _, ttlMsOf: __, refreshAfterMs: ___, ...definition }) => ({
        ...definition,
        ttlMs: 60_000,
      }),
    );
  });

  const ask = (caches: Caches, cache: DeclaredCache, params: typeof OTHERS): Promise<unknown> =>
    caches.use(cache).getOrSet(params, async () => 'new');

  it.each([
    ['of a user', 'userId', byUser('u-1')],
    ['of a symbol', 'symbol', bySymbol('AAPL')],
    ['of a model', 'modelId', byModel('m-1')],
  ])('%s is dropped at once, on every instance, and nothing of others', async (_, name, tag) => {
    const kept = declared.filter((cache) => parametersRead(cache.key).includes(name));
    for (const cache of declared) {
      for (const params of [SAMPLE_PARAMETERS, OTHERS]) {
        await here.use(cache).set(params, 'old');
        // From Redis into the memory of the other instance.
        expect(await ask(there, cache, params)).toBe('old');
      }
    }
    await here.invalidateTags([tag]);
    for (const cache of kept) expect(await ask(here, cache, SAMPLE_PARAMETERS)).toBe('new');
    await eventually(async () => {
      for (const cache of kept) expect(await ask(there, cache, SAMPLE_PARAMETERS)).toBe('new');
    });
    for (const cache of declared) {
      const isKept = kept.includes(cache);
      const others = isKept ? OTHERS : SAMPLE_PARAMETERS;
      for (const caches of [here, there]) {
        expect({ [cache.name]: await ask(caches, cache, others) }).toEqual({ [cache.name]: 'old' });
      }
    }
  });
});
